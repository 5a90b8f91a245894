import type { Clip, Progress } from "../../core/mod.ts";
import { decodeClip, type VideoInfo } from "../../dataset/decode/mod.ts";
import { StoppedError } from "../../trainer/mod.ts";
import type { ClipForm } from "./videos.ts";

/** What one pair, or one video, came to. */
export interface ClipValue {
  /** Path of the first. */
  readonly video: string;
  readonly value: number;
}

/** A metric over many clips. */
export interface MeanResult {
  readonly metric: string;
  /** With its direction: `dB, higher is better`. */
  readonly unit: string;
  readonly mean: number;
  /** Standard deviation over the clips; null for one clip. */
  readonly deviation: number | null;
  readonly clips: readonly ClipValue[];
}

/** Compares clips in pairs, one pair after the other; none is kept. */
export async function comparePairs(
  pairs: readonly (readonly [VideoInfo, VideoInfo])[],
  form: ClipForm,
  { label, measure, progress, signal }: {
    readonly label: string;
    readonly measure: (a: Clip, b: Clip) => number | Promise<number>;
    readonly progress: Progress;
    readonly signal: AbortSignal;
  },
): Promise<ClipValue[]> {
  using task = progress.start({
    label,
    total: pairs.length,
    unit: "pairs",
  });
  const values: ClipValue[] = [];
  for (const [a, b] of pairs) {
    if (signal.aborted) throw new StoppedError("Measuring was stopped");
    const [clipA, clipB] = [
      await decodeClip(a.path, form),
      await decodeClip(b.path, form),
    ];
    values.push({ video: a.path, value: await measure(clipA, clipB) });
    task.update(values.length);
  }
  return values;
}

/** Sums up. Equal clips have an infinite PSNR, which makes the mean infinite. */
export function meanResult(
  metric: string,
  unit: string,
  clips: readonly ClipValue[],
): MeanResult {
  const n = clips.length;
  const mean = clips.reduce((sum, { value }) => sum + value, 0) / n;
  const squares = clips.reduce(
    (sum, { value }) => sum + (value - mean) ** 2,
    0,
  );
  return {
    metric,
    unit,
    mean,
    deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : null,
    clips,
  };
}
