import { readJsonl } from "../../formats/jsonl/mod.ts";
import type { Stage } from "./curriculum.ts";
import { sayEstimate } from "./estimate.ts";
import type { TrainOptions } from "./options.ts";
import type { TrainHost } from "./run.ts";

/** Updates of a dry run: the first is slow, the others show the pace. */
const UPDATES = 3;

/**
 * Goes through all of some stages once, in a folder of their own: clips,
 * latents, updates, held-out loss, samples, checkpoints. Then says what the
 * whole run will take, and leaves nothing behind.
 *
 * @param work Trains the stages in the run of its options.
 */
export async function dryRun(
  options: TrainOptions,
  stages: readonly Stage[],
  host: TrainHost,
  work: (options: TrainOptions, host: TrainHost) => Promise<void>,
): Promise<void> {
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
    const lines = await readJsonl(`${folder}/metrics.jsonl`);
    host.say(`dry run: ${lines.length} lines of metrics, all is well`);
    await sayEstimate(options, stages, host, paces);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
