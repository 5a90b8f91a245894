import { makeWritableFolder } from "../../core/mod.ts";
import { readJsonl } from "../../formats/jsonl/mod.ts";
import type { Device } from "../../compiler/mod.ts";
import { memoryLines } from "../memory/fit.ts";
import type { Stage } from "../stages/stages.ts";
import type { RunConfig } from "./config.ts";
import { logEstimate } from "./disk_estimate.ts";
import { configOfStage } from "./fitted.ts";
import { perceptualTerm, type TrainHost } from "./run.ts";

/** Updates of a dry run: the first compiles, the others are timed. */
const UPDATES = 3;

/**
 * Checks the memory of stages, then trains each for a few updates in a
 * temporary folder: clips, latents, updates, held-out loss, samples,
 * checkpoints. Then logs the resources of the whole run and removes the folder.
 *
 * @param work Trains the stages by a configuration.
 * @throws {InputError} if the memory is not enough
 */
export async function dryRun(
  config: RunConfig,
  stages: readonly Stage[],
  device: Device,
  host: TrainHost,
  work: (config: RunConfig, host: TrainHost) => Promise<void>,
): Promise<void> {
  const lines = await memoryLines(
    (stage) => configOfStage(config, stage),
    stages,
    device,
    {
      free: Deno.systemMemoryInfo().available,
      process: Deno.memoryUsage().rss,
    },
    perceptualTerm(config, host),
  );
  for (const line of lines) host.log(line);
  await makeWritableFolder(config.run, "--run");
  const folder = await Deno.makeTempDir({ dir: config.run, prefix: "dry-" });
  const times = new Map<Stage, number[]>();
  try {
    await work({
      ...config,
      run: folder,
      maxSteps: UPDATES,
      // Once, at the end: what lies between two updates counts as their time.
      evaluateEvery: UPDATES,
      heldOut: Math.min(config.heldOut, 8),
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
    const secondsPerUpdate = Object.fromEntries(
      [...times].map(([stage, at]) => [
        stage,
        (at.at(-1)! - at[0]!) / (at.length - 1) / 1000,
      ]),
    );
    const records = await readJsonl(`${folder}/metrics.jsonl`);
    host.log(`dry run passed: ${records.length} lines of metrics`);
    await logEstimate(config, stages, host, secondsPerUpdate);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
