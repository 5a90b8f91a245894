/**
 * The process that decodes. FFmpeg works on whatever bytes people have; should
 * it crash on some, it takes down this process, not the run.
 *
 * It reads requests as lines from its standard input and answers with lines on
 * its standard output. It ends when the input ends, so that it never outlives
 * the run that started it.
 *
 * @module
 */
import { TextLineStream } from "./text_lines.ts";
import {
  clipBytes,
  InputError,
  messageOf,
  writeAllSync,
} from "../../core/mod.ts";
import { analyseVideo } from "../../dataset/curate/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import { type Answer, type Request, requestSchema } from "./messages.ts";

/** Milliseconds between two signs of life. */
const PULSE = 500;

function answer(message: Answer): void {
  const line = `${JSON.stringify(message)}\n`;
  writeAllSync(Deno.stdout, new TextEncoder().encode(line));
}

async function resultOf(request: Request): Promise<Answer> {
  const { path } = request;
  if (request.task === "clip") {
    const { data } = await decodeClip(path, request);
    return { kind: "clip", bytes: clipBytes(data).toBase64() };
  }
  let told = performance.now();
  const analysis = await analyseVideo(path, {
    maxSeconds: request.maxSeconds,
    onPicture: (pictures) => {
      if (performance.now() - told < PULSE) return;
      told = performance.now();
      answer({ kind: "alive", pictures });
    },
  });
  return { kind: "analysis", analysis };
}

async function serve(request: Request): Promise<void> {
  try {
    answer(await resultOf(request));
  } catch (error) {
    answer({
      kind: "problem",
      isInput: error instanceof InputError,
      message: messageOf(error),
    });
  }
}

if (import.meta.main) {
  // Ctrl-C reaches the whole group; the run itself says when to end.
  Deno.addSignalListener("SIGINT", () => {});
  let work = Promise.resolve();
  const lines = Deno.stdin.readable
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const request = requestSchema.parse(JSON.parse(line));
    work = work.then(() => serve(request));
  }
  Deno.exit(0);
}
