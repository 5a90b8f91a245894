import { dirname } from "node:path";
import * as z from "zod";
import {
  assertReplaceable,
  assertWritableFile,
  exists,
  InputError,
  makeWritableFolder,
} from "../../core/mod.ts";
import { PHASES } from "../../dataset/vocabulary/mod.ts";
import type { DiffusionParameters } from "../../models/text_to_video/mod.ts";
import { readTrainedModels, saveWeights } from "../../pipeline/mod.ts";
import { loadSnapshots, posthocEma, stageOf } from "../../trainer/mod.ts";
import {
  log,
  numberFlag,
  overwriteFlag,
  runProgram,
  textFlag,
  wholeNumber,
} from "../command_line/mod.ts";

const path = textFlag();

/** Flags of `deno task average`. */
export const averageFlags = z.strictObject({
  run: path.default("runs/train").describe("folder of a run"),
  phase: wholeNumber(1, 5).optional().describe(
    "phase that is done (default: the last one)",
  ),
  std: numberFlag({ least: 0.01, most: 0.25 }).default(0.1).describe(
    "length of the average, as a share of the phase (relative standard deviation)",
  ),
  out: path.optional().describe(
    "file of the weights (default: RUN/phaseN-average-STD.safetensors)",
  ),
  overwrite: overwriteFlag,
});

/**
 * `deno task average`: makes the weights of a phase anew, as an average of
 * another length, from the snapshots that training left.
 */
async function average(
  { run, phase, std, out, overwrite }: z.infer<typeof averageFlags>,
): Promise<number> {
  const stage = `${run}/${await stageIn(run, phase)}`;
  const { facts } = await readTrainedModels(`${stage}.safetensors`);
  const file = out ?? `${stage}-average-${std}.safetensors`;
  await assertReplaceable([file], overwrite, "--out");
  await assertWritableFile(file, "--out");
  const snapshots = await loadSnapshots<DiffusionParameters>(stage);
  const { score: _, ...rest } = facts.diffusion; // the score of other weights
  await makeWritableFolder(dirname(file), "--out");
  await saveWeights(
    file,
    posthocEma(snapshots, std, rest.step),
    { ...rest, average: String(std) },
  );
  log(`weights: ${file}, an average over ${stage}`);
  return 0;
}

/**
 * The stage of a phase that is done, the last one without a number.
 *
 * @throws {InputError} if the run has none
 */
async function stageIn(
  run: string,
  phase: number | undefined,
): Promise<string> {
  const stages = PHASES.filter((one) => phase === undefined || one === phase)
    .map(stageOf);
  for (const stage of stages.toReversed()) {
    if (await exists(`${run}/${stage}.safetensors`)) return stage;
  }
  throw new InputError(
    `Cannot average "${run}": it must be a run in which ${
      phase === undefined ? "a phase" : `phase ${phase}`
    } is done: it has no ${
      phase === undefined ? "phase1" : stages[0]
    }.safetensors; train it, or name another folder with --run`,
  );
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task average",
    purpose:
      "Makes the weights of a phase anew, as an average of another length.",
    flags: averageFlags,
    run: average,
  });
}
