/** When gradients are refused, and when a run ends over it. */
export interface GuardOptions {
  /** A norm is a spike if it is this many times the median of the last ones. */
  readonly spikeFactor: number;
  /** No norm below this is a spike: clipping makes it harmless. */
  readonly floor: number;
  /** Refused steps in a row that end the run. */
  readonly patience: number;
}

/** What a guard remembers; plain JSON, for a checkpoint. */
export interface GuardMemory {
  /** Norms of the last accepted gradients, oldest first. */
  readonly norms: readonly number[];
  /** Steps refused since the last accepted one. */
  readonly refusedInARow: number;
  /** Steps refused altogether. */
  readonly refused: number;
}

/** Norms that are remembered. */
const MEMORY = 64;
/** Norms without which nothing is called a spike. */
const ENOUGH = 16;

/**
 * Watches the norms of gradients. The compiled step asks for {@link limit}
 * beforehand and refuses what is above it or no number; this only keeps count.
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

  /** Largest norm that is no spike; Infinity until enough are known. */
  get limit(): number {
    if (this.#norms.length < ENOUGH) return Infinity;
    const { spikeFactor, floor } = this.#options;
    return Math.max(floor, spikeFactor * medianOf(this.#norms));
  }

  /** What to put into a checkpoint. */
  get memory(): GuardMemory {
    return {
      norms: [...this.#norms],
      refusedInARow: this.#refusedInARow,
      refused: this.#refused,
    };
  }

  /** Steps refused altogether. */
  get refused(): number {
    return this.#refused;
  }

  /** Takes in the norm of gradients that were used. */
  accept(norm: number): void {
    this.#norms = [...this.#norms, norm].slice(-MEMORY);
    this.#refusedInARow = 0;
  }

  /** Takes note of a refused step; returns whether the run should end. */
  refuse(): boolean {
    this.#refused++;
    this.#refusedInARow++;
    return this.#refusedInARow >= this.#options.patience;
  }

  /** Gives a run that ended over it another chance. */
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
