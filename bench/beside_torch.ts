import { timingOf } from "./interleave.ts";
import { ratioQuartiles } from "./regression.ts";
import type { BenchResult } from "./result.ts";
import type { Twin } from "./twin.ts";

/** PyTorch's figures in a result, and ours over them, from times of the same rounds. */
export async function besideTorch(
  ours: readonly number[],
  theirs: readonly number[],
  twin: Twin,
): Promise<Pick<BenchResult, "torch" | "ratio" | "ratioQuartiles">> {
  const timing = timingOf(theirs);
  return {
    torch: { ...twin.made, ...timing, peakRssBytes: await twin.peakBytes() },
    ratio: timingOf(ours).medianMs / timing.medianMs,
    ratioQuartiles: ratioQuartiles(ours, theirs),
  };
}
