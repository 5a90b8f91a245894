/**
 * The process that decodes: a file that crashes FFmpeg ends this process, not
 * the ingest.
 *
 * It reads requests as lines from standard input, writes responses as lines to
 * standard output, and exits at the end of the input, that is, with its parent.
 *
 * @module
 */
import { clipBytes, InputError, messageOf } from "../../core/mod.ts";
import { analyseVideo } from "../../dataset/curate/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import {
  type Request,
  requestSchema,
  type Response,
  TextLineStream,
} from "./worker_protocol.ts";

/** Milliseconds between heartbeats. */
const HEARTBEAT = 500;

function respond(response: Response): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(response)}\n`);
  for (let done = 0; done < bytes.length;) {
    done += Deno.stdout.writeSync(bytes.subarray(done));
  }
}

async function resultOf(request: Request): Promise<Response> {
  const { path } = request;
  if (request.task === "clip") {
    const { data } = await decodeClip(path, request);
    return { kind: "clip", bytes: clipBytes(data).toBase64() };
  }
  let last = performance.now();
  const analysis = await analyseVideo(path, {
    maxSeconds: request.maxSeconds,
    onFrame: (frames) => {
      if (performance.now() - last < HEARTBEAT) return;
      last = performance.now();
      respond({ kind: "heartbeat", frames });
    },
  });
  return { kind: "analysis", analysis };
}

async function serve(request: Request): Promise<void> {
  try {
    respond(await resultOf(request));
  } catch (error) {
    respond({
      kind: "error",
      isInput: error instanceof InputError,
      message: messageOf(error),
    });
  }
}

if (import.meta.main) {
  // Ctrl-C reaches the whole process group; the parent decides when to stop.
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
