/** A phase of the curriculum: the quantities that its cost depends on. */
export interface CostPhase {
  readonly name: string;
  readonly epochs: number;
  readonly samples: number;
  /** Clips of a step. */
  readonly batch: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}

/** Pixels and frames of a latent cell. */
export interface Stride {
  readonly space: number;
  readonly time: number;
}

/**
 * Video tokens of a phase's largest clips.
 *
 * @throws {RangeError} if the stride does not divide them
 */
export function phaseTokens(
  { width, height, frames }: Pick<CostPhase, "width" | "height" | "frames">,
  { space, time }: Stride,
): number {
  const divide = (name: string, value: number, stride: number): number => {
    if (value > 0 && value % stride === 0) return value / stride;
    const nearest = Math.max(1, Math.round(value / stride)) * stride;
    throw new RangeError(
      `Cannot count tokens: ${name} must be a multiple of ${stride}: current ` +
        `value is ${value}; the nearest legal value is ${nearest}`,
    );
  };
  return divide("width", width, space) * divide("height", height, space) *
    divide("frames", frames, time);
}

/** Clips of all epochs of a phase. */
export function phaseClips({ epochs, samples }: CostPhase): number {
  return epochs * samples;
}
