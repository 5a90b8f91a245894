/**
 * Sizes of the buffers that the runtime's WebGPU provider keeps for later values,
 * and how many of each at most: the table of its `bucket` mode, the default.
 */
const KEPT: ReadonlyMap<number, number> = new Map([
  [64, 250],
  [128, 200],
  [256, 200],
  [512, 200],
  [2048, 230],
  [4096, 200],
  [8192, 50],
  [16_384, 50],
  [32_768, 50],
  [65_536, 50],
  [131_072, 50],
  [262_144, 50],
  [524_288, 50],
  [1_048_576, 50],
  [2_097_152, 30],
  [4_194_304, 20],
  [8_388_608, 10],
  [12_582_912, 10],
  [16_777_216, 10],
  [26_214_400, 15],
  [33_554_432, 22],
  [44_236_800, 2],
  [58_982_400, 6],
  [67_108_864, 6],
  [134_217_728, 6],
  [167_772_160, 6],
]);
const SIZES = [...KEPT.keys()];

/** Larger sizes are multiples of this, and are not kept. */
const GRAIN = 16;

/** The size of the buffer that the runtime's WebGPU provider makes for a value. */
export function bufferBytes(bytes: number): number {
  return SIZES.find((size) => size >= bytes) ??
    Math.ceil(bytes / GRAIN) * GRAIN;
}

/** Whether the pool keeps buffers of a size. */
export function isKept(size: number): boolean {
  return KEPT.has(size);
}

/** The buffers of a run, or of several that run one after another. */
export interface PooledBuffers {
  /** Most buffers of each size at one time; the pool keeps them. */
  readonly kept: ReadonlyMap<number, number>;
  /** Most bytes at one time of buffers that are too large to be kept. */
  readonly largeBytes: number;
}

/**
 * The pool of the runtime's WebGPU provider. A buffer that was released can be
 * acquired again after the commands before it were submitted.
 */
export class BufferPool implements PooledBuffers {
  readonly kept = new Map<number, number>();
  readonly #all = new Map<number, number>();
  readonly #free = new Map<number, number>();
  #released: number[] = [];
  #large = 0;
  largeBytes = 0;

  /** Takes a buffer for a value, a free one where there is one. */
  acquire(bytes: number): void {
    const size = bufferBytes(bytes);
    if (!KEPT.has(size)) {
      this.#large += size;
      this.largeBytes = Math.max(this.largeBytes, this.#large);
      return;
    }
    if (add(this.#free, size, -1) >= 0) return;
    add(this.#free, size, 1);
    const all = add(this.#all, size, 1);
    this.kept.set(size, Math.max(all, this.kept.get(size) ?? 0));
  }

  /** Gives the buffer of a value back. */
  release(bytes: number): void {
    this.#released.push(bufferBytes(bytes));
  }

  /** Submits the commands so far. */
  submit(): void {
    for (const size of this.#released) {
      const most = KEPT.get(size);
      if (most === undefined) this.#large -= size;
      else if (add(this.#free, size, 1) > most) {
        add(this.#free, size, -1);
        add(this.#all, size, -1);
      }
    }
    this.#released = [];
  }
}

function add(counts: Map<number, number>, key: number, by: number): number {
  const count = (counts.get(key) ?? 0) + by;
  counts.set(key, count);
  return count;
}
