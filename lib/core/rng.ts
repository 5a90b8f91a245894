import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { float32, type NdArray } from "./ndarray.ts";
import { sizeOf } from "./shape.ts";

/** The state from which a generator continues exactly; plain JSON. */
export type RngState = readonly number[];

/**
 * A seeded random generator. Randomness is always an argument, never global.
 *
 * Drawing advances the generator; {@link Rng.fork} does not, so that the draws of
 * one part of a model never depend on the order in which parts are made.
 *
 * @example
 * ```ts
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(new Rng(1).uniform(), new Rng(1).uniform());
 * const encoder = new Rng(1).fork("encoder");
 * const decoder = new Rng(1).fork("decoder");
 * assert.notEqual(encoder.uniform(), decoder.uniform());
 * ```
 */
export class Rng {
  #generator: ReturnType<typeof xoroshiro128plusFromState>;

  /** @param seed A whole number, or the state of another generator. */
  constructor(seed: number | RngState) {
    this.#generator = xoroshiro128plusFromState(
      typeof seed === "number" ? stateFrom(seed) : seed,
    );
  }

  /** The state, for a checkpoint. */
  get state(): RngState {
    return this.#generator.getState();
  }

  /** An independent generator for a named part. */
  fork(name: string): Rng {
    return new Rng(hashOf([...this.state].join() + "/" + name));
  }

  /** A float in `[0, 1)`. */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** A whole number in `[0, limit)`. */
  integer(limit: number): number {
    return uniformInt(this.#generator, 0, limit - 1);
  }

  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) {
      throw new RangeError("Cannot pick from a list: it must not be empty");
    }
    return list[this.integer(list.length)]!;
  }

  /** A float from the standard normal distribution (Box-Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** An array of standard normal values, float32. */
  normals(shape: readonly number[]): NdArray<"float32"> {
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i += 2) {
      // Both values of a Box-Muller pair: half the logarithms.
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      values[i] = radius * Math.cos(angle);
      if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
    }
    return float32(shape, values);
  }
}

/**
 * Spreads a seed over a whole state, as the generator's authors advise: from
 * states that are mostly zeros the first draws are all alike.
 */
function stateFrom(seed: number): RngState {
  return [0, 1, 2, 3].map((word) => hashOf(`${word}/${seed}`) | 0);
}

/**
 * A 32-bit hash of a text (FNV-1a over UTF-16 code units, mixed by the
 * finaliser of MurmurHash3), for seeds and hashed embeddings; not for secrets.
 *
 * @example
 * ```ts
 * import { hashOf } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(hashOf("cat"), hashOf("cat"));
 * assert.notEqual(hashOf("cat"), hashOf("car"));
 * ```
 */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
