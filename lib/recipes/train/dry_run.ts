import { readJsonl } from "../../formats/jsonl/mod.ts";
import type { Device } from "../../compiler/mod.ts";
import type { Stage } from "./curriculum.ts";
import { sayEstimate } from "./estimate.ts";
import { memoryLines } from "./memory.ts";
import type { TrainOptions } from "./options.ts";
import type { TrainHost } from "./run.ts";

/** Updates of a dry run: the first is slow, the others show the pace. */
const UPDATES = 3;

/**
 * Compares the memory that stages take with what there is, then goes through
 * all of them once, in a folder of their own: clips, latents, updates, held-out
 * loss, samples, checkpoints. Then says what the whole run will take, and
 * leaves nothing behind.
 *
 * @param work Trains the stages in the run of its options.
 * @throws {InputError} if the memory is not enough
 */
export async function dryRun(
  options: TrainOptions,
  stages: readonly Stage[],
  device: Device,
  host: TrainHost,
  work: (options: TrainOptions, host: TrainHost) => Promise<void>,
): Promise<void> {
  const lines = memoryLines(options, stages, device, {
    free: Deno.systemMemoryInfo().available,
    process: Deno.memoryUsage().rss,
  });
  for (const line of lines) host.say(line);
  await Deno.mkdir(options.run, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: options.run, prefix: "dry-" });
  const times = new Map<Stage, number[]>();
  try {
    await work({
      ...options,
      run: folder,
      maxSteps: UPDATES,
      heldOut: Math.min(options.heldOut, 8),
      snapshots: 0,
      resumePhase: undefined,
    }, {
      ...host,
      channels: [],
      display(record) {
        if (typeof record.loss !== "number") return;
        const stage = record.stage as Stage;
        times.set(stage, [...times.get(stage) ?? [], host.clock()]);
      },
    });
    const paces = Object.fromEntries(
      [...times].map(([stage, at]) => [
        stage,
        (at.at(-1)! - at[0]!) / (at.length - 1) / 1000,
      ]),
    );
    const records = await readJsonl(`${folder}/metrics.jsonl`);
    host.say(`dry run: ${records.length} lines of metrics, all is well`);
    await sayEstimate(options, stages, host, paces);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
