/**
 * How a training keeps its state; the updates are the same, but for rounding and
 * those of embeddings on the host.
 */
export interface StatePlan {
  /** Where the EMAs are kept. */
  readonly averages: "device" | "host";
  /** Updates between those of EMAs on the host. */
  readonly averageEvery: number;
  /**
   * Whether one program updates all parameters, or one each those of a few
   * layers. A card writes the next state beside the last one: of everything, or
   * of a few layers at a time.
   */
  readonly update: "whole" | "layers";
  /**
   * Where the tables of embeddings are kept; on the host, EMAs must be there too.
   * Rows that an update does not read then keep value and moments.
   */
  readonly embeddings: "device" | "host";
  /** Where gradients of microbatches are added. */
  readonly gradientSums: "device" | "host";
}

/** All on the device, updated at once: the fastest. */
export const STATE_ON_DEVICE: StatePlan = {
  averages: "device",
  averageEvery: 1,
  update: "whole",
  embeddings: "device",
  gradientSums: "device",
};
