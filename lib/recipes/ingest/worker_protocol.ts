import * as z from "zod";
import { analysisSchema } from "../../dataset/curate/mod.ts";

/** A request to the worker process, one JSON line each. */
export const requestSchema = z.discriminatedUnion("task", [
  z.strictObject({
    task: z.literal("analyse"),
    path: z.string(),
    maxSeconds: z.number(),
  }),
  z.strictObject({
    task: z.literal("clip"),
    path: z.string(),
    frames: z.number(),
    height: z.number(),
    width: z.number(),
    fps: z.number(),
    startSeconds: z.number(),
  }),
]);

/** A request to the worker process. */
export type Request = z.infer<typeof requestSchema>;

/** A response: any number of heartbeats, then one result. */
export const responseSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("heartbeat"), frames: z.number() }),
  z.strictObject({ kind: z.literal("analysis"), analysis: analysisSchema }),
  z.strictObject({ kind: z.literal("clip"), bytes: z.string() }),
  z.strictObject({
    kind: z.literal("error"),
    isInput: z.boolean().describe("whether the file caused the error"),
    message: z.string(),
  }),
]);

/** A response of the worker process. */
export type Response = z.infer<typeof responseSchema>;

/** Splits a stream of text into lines, without their line feeds. */
export class TextLineStream extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform(text, controller): void {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller): void {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
