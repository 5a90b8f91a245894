import { InputError, StoppedError } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { ingest, MANIFEST } from "./ingest.ts";
import { ingestFlags, type IngestOptions } from "./options.ts";

/** `deno task ingest`: folders of videos become a manifest. */
async function run(
  options: IngestOptions,
  signal: AbortSignal,
): Promise<number> {
  const { out } = options;
  try {
    const { rows, summary, frames, seconds } = await ingest(options, {
      progress: terminalProgress(),
      signal,
      clock: () => performance.now(),
    });
    log(summary);
    if (frames > 0) {
      log(
        `${frames} frames in ${seconds.toFixed(1)} s: ` +
          `${(frames / seconds).toFixed(0)} per second`,
      );
    }
    log(`manifest: ${out}/${MANIFEST}`);
    if (rows.some(({ shot }) => shot !== null)) return 0;
    throw new InputError(
      `Cannot use "${out}" for training: a file must be a video: none of ${rows.length} was; the reasons are above and in ${out}/summary.txt`,
    );
  } catch (error) {
    if (signal.aborted) {
      throw new StoppedError(
        "Stopped; run the same command again to continue",
      );
    }
    throw error;
  }
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task ingest",
    purpose:
      "Finds the shots in folders of videos, scores them and writes a manifest to train on.",
    flags: ingestFlags,
    run,
  });
}
