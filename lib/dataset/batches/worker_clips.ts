import {
  DisposedError,
  InputError,
  Lifetime,
  type Rng,
  type RngState,
} from "../../core/mod.ts";
import type { CaptionedClip, ClipShape, ClipSource } from "./clip_source.ts";

/** How a worker makes a source of its own. */
export interface WorkerRecipe {
  /** URL of a module. */
  readonly module: string;
  /** Name of a function of it that gives a source, at once or later. */
  readonly make: string;
  /** What the function is told: plain data. */
  readonly options: unknown;
}

/** What is asked of a worker. */
export interface WorkerRequest {
  readonly id: number;
  readonly index: number;
  readonly shape: ClipShape;
  readonly rng: RngState;
}

/** What a worker answers. */
export type WorkerReply =
  | { readonly id: number; readonly clip: CaptionedClip }
  | {
    readonly id: number;
    readonly error: { readonly input: boolean; readonly message: string };
  };

/** A source in workers, which end when it is disposed of. */
export type WorkerClips = ClipSource & Disposable;

/**
 * The same source, on other threads: drawing or decoding goes on while this one
 * waits for a device. Each worker makes its own source by the recipe; clips are
 * handed over, not copied.
 *
 * @param like The source on this thread: its name, length and descriptions.
 * @param workers Threads, 1 or more.
 *
 * @example
 * ```ts
 * import { Rng } from "lib/core/mod.ts";
 * import { workerClips } from "lib/dataset/batches/mod.ts";
 * import { syntheticClips } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const options = { phase: 1, split: "train", seed: 0, length: 9 } as const;
 * const here = syntheticClips(options);
 * const module = import.meta.resolve("lib/dataset/synthetic/mod.ts");
 * const shape = { frames: 2, height: 16, width: 16, fps: 8 };
 * {
 *   using there = workerClips(here, { module, make: "syntheticClips", options }, 1);
 *   assert.deepEqual(
 *     await there.clipAt(3, shape, new Rng(0)),
 *     await here.clipAt(3, shape, new Rng(0)),
 *   );
 * }
 * ```
 */
export function workerClips(
  like: ClipSource,
  recipe: WorkerRecipe,
  workers: number,
): WorkerClips {
  // Started by the first clip: a stage that is done, or has its latents, asks
  // for none.
  let pool: readonly Thread[] | undefined;
  const lifetime = new Lifetime(`the workers of ${like.name}`);
  return {
    name: like.name,
    length: like.length,
    // deno-lint-ignore require-await -- errors reject
    async clipAt(index, shape, rng) {
      lifetime.check();
      pool ??= Array.from({ length: workers }, () => new Thread(recipe));
      // To the one with the least to do.
      const free = pool.reduce((a, b) => b.waiting < a.waiting ? b : a);
      return free.ask(index, shape, rng);
    },
    ...like.captionAt && { captionAt: like.captionAt.bind(like) },
    [Symbol.dispose]() {
      lifetime.end(() => {
        for (const thread of pool ?? []) thread.end();
      });
    },
  };
}

/** One worker and what it was asked. */
class Thread {
  readonly #worker: Worker;
  readonly #asked = new Map<number, PromiseWithResolvers<CaptionedClip>>();
  #count = 0;

  constructor(recipe: WorkerRecipe) {
    this.#worker = new Worker(new URL("./_clip_worker.ts", import.meta.url), {
      type: "module",
      name: recipe.make,
    });
    this.#worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => {
      const asked = this.#asked.get(data.id)!;
      this.#asked.delete(data.id);
      if ("clip" in data) return asked.resolve(data.clip);
      const { input, message } = data.error;
      asked.reject(input ? new InputError(message) : new Error(message));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failAll(
        new Error(`A worker that makes clips ended: ${event.message}`),
      );
    };
    this.#worker.postMessage(recipe);
  }

  get waiting(): number {
    return this.#asked.size;
  }

  ask(index: number, shape: ClipShape, rng: Rng): Promise<CaptionedClip> {
    const answer = Promise.withResolvers<CaptionedClip>();
    const id = this.#count++;
    this.#asked.set(id, answer);
    const request: WorkerRequest = { id, index, shape, rng: rng.state };
    this.#worker.postMessage(request);
    return answer.promise;
  }

  end(): void {
    this.#worker.terminate();
    this.#failAll(
      new DisposedError(
        "Cannot make a clip: the workers must not be disposed of yet: they " +
          "were; await all clips first",
      ),
    );
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}
