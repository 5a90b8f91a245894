import { type Device, openDevice } from "lib/compiler/mod.ts";
import { isNdArray, leavesOf } from "lib/core/mod.ts";
import { countParameters } from "lib/trainer/mod.ts";
import { besideTorch } from "./beside_torch.ts";
import { checkLosses } from "./check.ts";
import type { CommonOptions } from "./flags.ts";
import { interleave, type Side, sleep, timed, timingOf } from "./interleave.ts";
import { isCard, peakRssBytes, placeOf } from "./machine.ts";
import { matmulSide } from "./matmul.ts";
import { profileOf } from "./profile.ts";
import { type BenchResult, gflopsOf } from "./result.ts";
import {
  compileCase,
  eagerLosses,
  firstLosses,
  type TrainingCase,
  updateOf,
} from "./training_case.ts";
import { openTwin, type TwinTask } from "./twin.ts";

/** Steps whose losses are compared. */
const CHECKED_STEPS = 3;

/** A training step to time. */
export interface TrainingBench<P, B> {
  /** The timed case. */
  readonly full: TrainingCase<P, B>;
  /** The same at a size for eager TF.js. */
  readonly small: TrainingCase<P, B>;
  /** Configuration of the twin's model. */
  readonly model: unknown;
  readonly sizes: BenchResult["sizes"];
  /** Floating point operations of a step, by formula. */
  readonly operations: number;
}

/** Checks a training step, times it in turn with its twin and with a matrix product. */
export async function runTraining<P, B>(
  bench: TrainingBench<P, B>,
  options: CommonOptions,
): Promise<BenchResult> {
  const { full, small, sizes, operations } = bench;
  using device = await openDevice(options.device);
  const checked = [await checkAgainstEager(small, device)];

  const task: TwinTask = {
    config: { model: bench.model, update: updateOf(full) },
    threads: device.threads,
    card: isCard(device),
    tensors: leavesOf(
      { parameters: full.parameters, batch: full.batch },
      isNdArray,
    ),
  };
  const opened = await openTwin(full.name, options.torch, task);
  await using twin = typeof opened === "string" ? undefined : opened;
  using trainer = await compileCase(full, device);
  const losses = await firstLosses(trainer, CHECKED_STEPS);
  if (twin) {
    const reference: number[] = [];
    for (let i = 0; i < CHECKED_STEPS; i++) {
      reference.push((await twin.run()).value);
    }
    checkLosses(full.name, losses, reference, "PyTorch");
    checked.push(
      `losses of ${CHECKED_STEPS} steps against PyTorch: ${losses.join(", ")}`,
    );
  }

  using matmul = await matmulSide({ m: 1024, k: 768, n: 3072 }, device);
  const sides: Side[] = [
    { name: "ours", run: () => timed(() => trainer.step()) },
    matmul,
  ];
  if (twin) {
    sides.push({
      name: "torch",
      run: async () => (await twin.run()).milliseconds,
    });
  }
  const times = await interleave(sides, { rounds: options.steps, sleep });
  const ours = timingOf(times[0]!);
  const gflops = gflopsOf(operations, ours.medianMs);
  const peak = gflopsOf(matmul.operations, timingOf(times[1]!).medianMs);
  const memory = peakRssBytes();
  return {
    bench: full.name,
    ...placeOf(device),
    sizes,
    checked,
    ...ours,
    parameters: countParameters(full.parameters),
    gflops,
    // On a card a single product is mostly launch overhead.
    ...(!isCard(device) && { fractionOfMatmulPeak: gflops / peak }),
    compileMs: trainer.compileMs,
    peakRssBytes: memory,
    ...(twin && await besideTorch(times[0]!, times[2]!, twin)),
    ...(typeof opened === "string" && { note: opened }),
    ...(options.profile && {
      profile: await profileOf(CHECKED_STEPS, async (profile) => {
        using trainer = await compileCase(full, device, { profile });
        await firstLosses(trainer, CHECKED_STEPS);
      }),
    }),
  };
}

/**
 * Compares the compiled step with plain TF.js.
 *
 * @returns the name of the reference.
 * @throws {WrongResultError} if they differ
 */
export async function checkAgainstEager<P, B>(
  small: TrainingCase<P, B>,
  device: Device,
): Promise<string> {
  using trainer = await compileCase(small, device);
  checkLosses(
    small.name,
    await firstLosses(trainer, CHECKED_STEPS),
    eagerLosses(small, CHECKED_STEPS),
    "plain TF.js at a small size",
  );
  return `losses of ${CHECKED_STEPS} steps against plain TF.js at a small size`;
}
