/** Limits for refusing gradients and for ending a run. */
export interface GuardOptions {
  /** A norm above this multiple of the median of recent norms is a spike. */
  readonly spikeFactor: number;
  /** A norm below this is never a spike: clipping handles it. */
  readonly floor: number;
  /** Number of consecutive refused steps that ends the run. */
  readonly patience: number;
}

/** State of a guard; plain JSON, for a checkpoint. */
export interface GuardMemory {
  /** Norms of the latest accepted gradients, oldest first. */
  readonly norms: readonly number[];
  /** Steps refused since the last accepted one. */
  readonly refusedInARow: number;
  /** Total number of refused steps. */
  readonly refused: number;
}

/** Number of norms in the median. */
const WINDOW = 64;
/** Number of norms before the first limit. */
const MIN_NORMS = 16;

/**
 * Tracks gradient norms. {@link limit} is an input of the compiled step, which
 * refuses norms above it and NaN.
 */
export class GradientGuard {
  readonly #options: GuardOptions;
  #norms: number[];
  #refusedInARow: number;
  #refused: number;

  constructor(options: GuardOptions, memory?: GuardMemory) {
    this.#options = options;
    this.#norms = [...memory?.norms ?? []];
    this.#refusedInARow = memory?.refusedInARow ?? 0;
    this.#refused = memory?.refused ?? 0;
  }

  /** Largest norm that is not a spike; Infinity for the first steps. */
  get limit(): number {
    if (this.#norms.length < MIN_NORMS) return Infinity;
    const { spikeFactor, floor } = this.#options;
    return Math.max(floor, spikeFactor * medianOf(this.#norms));
  }

  /** Norm of the last accepted gradients; 0 before the first. */
  get previousNorm(): number {
    return this.#norms.at(-1) ?? 0;
  }

  /** State for a checkpoint. */
  get memory(): GuardMemory {
    return {
      norms: [...this.#norms],
      refusedInARow: this.#refusedInARow,
      refused: this.#refused,
    };
  }

  /** Total number of refused steps. */
  get refused(): number {
    return this.#refused;
  }

  /** Records the norm of an accepted gradient. */
  accept(norm: number): void {
    this.#norms = [...this.#norms, norm].slice(-WINDOW);
    this.#refusedInARow = 0;
  }

  /** Records a refused step; returns whether the run must end. */
  refuse(): boolean {
    this.#refused++;
    this.#refusedInARow++;
    return this.#refusedInARow >= this.#options.patience;
  }

  /** Resets the count of consecutive refusals. */
  forgive(): void {
    this.#refusedInARow = 0;
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
