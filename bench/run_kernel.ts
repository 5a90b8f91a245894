import { openDevice } from "lib/compiler/mod.ts";
import { Rng } from "lib/core/mod.ts";
import { besideTorch } from "./beside_torch.ts";
import { checkNumber } from "./check.ts";
import type { CommonOptions } from "./flags.ts";
import { interleave, type Side, sleep, timed, timingOf } from "./interleave.ts";
import {
  checkKernel,
  compileKernel,
  type KernelCase,
  meanSquares,
} from "./kernel_case.ts";
import { isCard, peakRssBytes, placeOf } from "./machine.ts";
import { profileOf } from "./profile.ts";
import { type BenchResult, gflopsOf } from "./result.ts";
import { openTwin, type TwinTask } from "./twin.ts";

/** Elements of each result that are checked at full size. */
const SAMPLES = 100;
/** Runs under the profiler. */
const PROFILED_RUNS = 3;

/** Operations to time. */
export interface KernelBench {
  /** The timed case. */
  readonly full: KernelCase;
  /** The same at a size where every element is checked. */
  readonly small: KernelCase;
  readonly sizes: BenchResult["sizes"];
}

/** Checks a kernel, and times it in turn with its twin. */
export async function runKernel(
  { full, small, sizes }: KernelBench,
  options: CommonOptions,
): Promise<BenchResult> {
  using device = await openDevice(options.device);
  const checked = ["every element at a small size against plain loops"];
  {
    using kernel = await compileKernel(small, device);
    await checkKernel(small, kernel);
  }
  using kernel = await compileKernel(full, device);
  await checkKernel(full, kernel, { count: SAMPLES, rng: new Rng(2) });
  checked.push(`${SAMPLES} elements of each result at full size`);

  const task: TwinTask = {
    config: {},
    threads: device.threads,
    card: isCard(device),
    tensors: Object.entries(full.inputs),
  };
  const opened = await openTwin(full.name, options.torch, task);
  await using twin = typeof opened === "string" ? undefined : opened;
  const sides: Side[] = [{
    name: "ours",
    run: () => timed(() => kernel.run()),
  }];
  if (twin) {
    const value = meanSquares(await kernel.read());
    checkNumber(full.name, value, (await twin.run()).value, "PyTorch");
    checked.push("mean squares against PyTorch");
    sides.push({
      name: "torch",
      run: async () => (await twin.run()).milliseconds,
    });
  }
  const times = await interleave(sides, { rounds: options.steps, sleep });
  const ours = timingOf(times[0]!);
  const memory = peakRssBytes();
  return {
    bench: full.name,
    ...placeOf(device),
    sizes,
    checked,
    ...ours,
    gflops: gflopsOf(full.operations, ours.medianMs),
    compileMs: kernel.compileMs,
    peakRssBytes: memory,
    ...(twin && await besideTorch(times[0]!, times[1]!, twin)),
    ...(typeof opened === "string" && { note: opened }),
    ...(options.profile && {
      profile: await profileOf(PROFILED_RUNS, async (profile) => {
        using kernel = await compileKernel(full, device, { profile });
        for (let i = 0; i < PROFILED_RUNS; i++) await kernel.run();
      }),
    }),
  };
}
