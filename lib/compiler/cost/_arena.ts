/** Sizes are multiples of this. */
const GRAIN = 256;
/** The first region; each further one is twice as large ... */
const FIRST_REGION = 2 ** 20;
/** ... up to this. */
const LARGEST_REGION = 2 ** 30;
/** Most unused bytes at the end of a chunk. */
const MOST_DEAD = 128 * 2 ** 20;

/** A stretch of a region. */
interface Chunk {
  at: number;
  size: number;
  free: boolean;
  readonly region: Region;
}

/** One allocation of the system. */
interface Region {
  readonly chunks: Chunk[];
  /** End of the used part: the system backs no pages beyond it. */
  touched: number;
}

/**
 * The runtime's arena, by its best-fit allocator: the smallest free chunk that is
 * large enough, split where at least as much again is left; free neighbours are
 * joined; regions double in size and are never returned.
 */
export class Arena {
  readonly #regions: Region[] = [];
  #next = FIRST_REGION;

  /** Memory that was ever written to, in bytes. */
  get touchedBytes(): number {
    return this.#regions.reduce((sum, { touched }) => sum + touched, 0);
  }

  allocate(bytes: number): Chunk {
    const size = Math.max(1, Math.ceil(bytes / GRAIN)) * GRAIN;
    const chunk = this.#bestFit(size) ?? this.#extend(size);
    if (chunk.size >= 2 * size || chunk.size - size >= MOST_DEAD) {
      const { chunks } = chunk.region;
      chunks.splice(chunks.indexOf(chunk) + 1, 0, {
        at: chunk.at + size,
        size: chunk.size - size,
        free: true,
        region: chunk.region,
      });
      chunk.size = size;
    }
    chunk.free = false;
    const { region } = chunk;
    region.touched = Math.max(region.touched, chunk.at + size);
    return chunk;
  }

  free(chunk: Chunk): void {
    const { chunks } = chunk.region;
    chunk.free = true;
    const place = chunks.indexOf(chunk);
    const [before, after] = [chunks[place - 1], chunks[place + 1]];
    if (after?.free) {
      chunk.size += after.size;
      chunks.splice(place + 1, 1);
    }
    if (before?.free) {
      before.size += chunk.size;
      chunks.splice(place, 1);
    }
  }

  #bestFit(size: number): Chunk | undefined {
    let best: Chunk | undefined;
    for (const { chunks } of this.#regions) {
      for (const chunk of chunks) {
        if (!chunk.free || chunk.size < size) continue;
        if (!best || chunk.size < best.size) best = chunk;
      }
    }
    return best;
  }

  #extend(size: number): Chunk {
    let grown = false;
    while (size > this.#next) {
      this.#next *= 2;
      grown = true;
    }
    const region: Region = { chunks: [], touched: 0 };
    const chunk: Chunk = { at: 0, size: this.#next, free: true, region };
    region.chunks.push(chunk);
    this.#regions.push(region);
    if (!grown) this.#next = Math.min(2 * this.#next, LARGEST_REGION);
    return chunk;
  }
}
