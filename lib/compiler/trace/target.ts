/** What a device can do beyond what all can, as far as a trace should know. */
export interface Target {
  /**
   * Channels that its blocked convolutions take together, as many as fill a
   * vector register; absent where it has none.
   */
  readonly channelBlock?: number;
  /**
   * Most bytes that may be taken by what the window of a convolution sees, laid
   * out in rows for a matrix product; absent where the device convolves videos
   * faster than that.
   */
  readonly patchBytes?: number;
}

/** Graphs for it run on every device. */
export const ANY_TARGET: Target = {};
