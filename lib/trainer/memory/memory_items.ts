/** Memory of a card, or of the process; on the CPU both are the process's. */
export type Place = "device" | "host";

/** The purposes of memory, in order of allocation, and their names for people. */
export const PURPOSES = {
  /** The process with its device open. */
  process: "program",
  /** Tracing and the graph. */
  compiling: "compiling",
  /** Parameters as they were made or read. */
  initial: "initial weights",
  /** Weights that adapters change and training does not. */
  frozen: "frozen weights",
  parameters: "parameters",
  /** State of the optimiser. */
  moments: "moments of the optimiser",
  /** EMAs of the parameters. */
  averages: "EMAs",
  /** Tables of embeddings and moments of their rows, on the host. */
  tables: "embedding tables",
  /** Sums of gradients over microbatches. */
  gradients: "sums of gradients",
  /** Second copies of state that cannot be updated in place. */
  spare: "second copies",
  batches: "batches",
  /** Values between operations, and scratch memory of operators. */
  activations: "activations and gradients",
  /** What a card's provider takes beside the buffers of values. */
  runtime: "buffers of the runtime",
  /** The driver of a card, and the shaders that it compiled. */
  driver: "driver and shaders",
  /** Copies of tensors while they are saved. */
  saving: "copies for checkpoints",
} as const;

/** Memory of one purpose. */
export interface MemoryItem {
  readonly purpose: keyof typeof PURPOSES;
  readonly place: Place;
  readonly bytes: number;
}
