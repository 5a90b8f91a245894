import * as z from "zod";
import { analysisSchema } from "../../dataset/curate/mod.ts";

/** What the analyst's process is asked, one JSON line each. */
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

/** The same as a type. */
export type Request = z.infer<typeof requestSchema>;

/** What it answers: signs of life, then one result. */
export const answerSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("alive"), pictures: z.number() }),
  z.strictObject({ kind: z.literal("analysis"), analysis: analysisSchema }),
  z.strictObject({ kind: z.literal("clip"), bytes: z.string() }),
  z.strictObject({
    kind: z.literal("problem"),
    isInput: z.boolean().describe("whether the file is to blame"),
    message: z.string(),
  }),
]);

/** The same as a type. */
export type Answer = z.infer<typeof answerSchema>;
