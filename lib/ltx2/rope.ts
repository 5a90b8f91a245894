import type { Ltx2Config } from "./configuration.ts";

/** Sizes and range of the rotary position embedding (RoPE). */
export interface RopeNumbers {
  /** Angles for each axis. */
  readonly frequenciesPerAxis: number;
  /** Rotated features: two for each angle. */
  readonly turned: number;
  /** Features without rotation: the axes do not divide the width. */
  readonly left: number;
  /** Angle over half an axis at its slowest and its fastest frequency, radians. */
  readonly range: readonly [slowest: number, fastest: number];
}

/**
 * Sizes of LTX-2's RoPE, which rotates the whole width at once, before the
 * split into heads.
 */
export function ropeNumbers({ rope, video }: Ltx2Config): RopeNumbers {
  const frequenciesPerAxis = Math.floor(video.width / (2 * rope.axes));
  const turned = 2 * rope.axes * frequenciesPerAxis;
  return {
    frequenciesPerAxis,
    turned,
    left: video.width - turned,
    range: [Math.PI / 2, Math.PI / 2 * rope.theta],
  };
}

/**
 * The centre of a token: seconds, row and column in pixels. The VAE is causal,
 * so the first latent frame stands for one frame and each other for eight.
 *
 * @param cell Position in the latent grid: `[t,y,x]`.
 * @param compression Pixels and frames of a latent cell.
 * @param fps Frames per second of the clip.
 */
export function tokenMiddle(
  [t, y, x]: readonly [number, number, number],
  { space, time }: { readonly space: number; readonly time: number },
  fps: number,
): [seconds: number, row: number, column: number] {
  const first = Math.max(0, time * (t - 1) + 1); // frames [first, last)
  const last = time * t + 1;
  return [(first + last) / 2 / fps, (y + 0.5) * space, (x + 0.5) * space];
}

/**
 * Tokens of a clip; LTX-2 takes frame counts one above a multiple of the VAE's
 * stride.
 *
 * @throws {RangeError} naming the nearest legal value
 */
export function clipTokens(
  clip: {
    readonly frames: number;
    readonly height: number;
    readonly width: number;
  },
  { space, time }: { readonly space: number; readonly time: number },
): number {
  const cells = (
    axis: "frames" | "height" | "width",
    stride: number,
    first: 0 | 1,
  ): number => {
    const count = (clip[axis] - first) / stride;
    if (Number.isInteger(count) && count >= 1 - first) return count + first;
    const nearest = Math.max(1 - first, Math.round(count)) * stride + first;
    throw new RangeError(
      `Cannot count tokens: ${axis} must be ${first ? "1 plus " : ""}a ` +
        `multiple of ${stride}: current value is ${clip[axis]}; the nearest ` +
        `legal value is ${nearest}`,
    );
  };
  return cells("frames", time, 1) * cells("height", space, 0) *
    cells("width", space, 0);
}
