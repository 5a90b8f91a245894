import { type Clip, InputError } from "lib/core/mod.ts";
import { decodeClip, type DecodeOptions } from "./decode_clip.ts";

/** A request to a worker. */
export interface DecodeRequest {
  readonly id: number;
  readonly path: string;
  readonly options: DecodeOptions;
}

/** The response of a worker. */
export type DecodeReply =
  | { readonly id: number; readonly clip: Clip }
  | {
    readonly id: number;
    readonly error: { readonly isInput: boolean; readonly message: string };
  };

/** {@link decodeClip} on other threads, which end with it. */
export interface DecodePool extends Disposable {
  decode(path: string, options: DecodeOptions): Promise<Clip>;
}

/**
 * Decodes clips on other threads, so that decoding continues while this one
 * waits for a device. Threads start with the first clip: a stage that has its
 * latents decodes none.
 *
 * @param workers Threads; 0 decodes on this one.
 *
 * @example
 * ```ts
 * import { decodeClip, decodePool } from "lib/dataset/decode/mod.ts";
 * import { writeMp4 } from "lib/dataset/encode/mod.ts";
 * import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const shape = { frames: 4, height: 32, width: 32, fps: 8 };
 * const path = await Deno.makeTempFile({ suffix: ".mp4" });
 * await writeMp4(path, await renderScene(demoScene, shape));
 * using pool = decodePool(1);
 * assert.deepEqual(await pool.decode(path, shape), await decodeClip(path, shape));
 * ```
 */
export function decodePool(workers: number): DecodePool {
  if (workers === 0) return { decode: decodeClip, [Symbol.dispose]() {} };
  let pool: readonly Thread[] | undefined;
  return {
    decode(path, options) {
      pool ??= Array.from({ length: workers }, () => new Thread());
      const free = pool.reduce((a, b) => b.waiting < a.waiting ? b : a);
      return free.decode(path, options);
    },
    [Symbol.dispose]() {
      for (const thread of pool ?? []) thread[Symbol.dispose]();
    },
  };
}

/** One worker and its open requests. */
class Thread implements Disposable {
  readonly #worker = new Worker(
    new URL("./_decode_worker.ts", import.meta.url),
    { type: "module", name: "decoder" },
  );
  readonly #open = new Map<number, PromiseWithResolvers<Clip>>();
  #count = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<DecodeReply>) => {
      const { resolve, reject } = this.#open.get(data.id)!;
      this.#open.delete(data.id);
      if ("clip" in data) return resolve(data.clip);
      const { isInput, message } = data.error;
      reject(isInput ? new InputError(message) : new Error(message));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#failAll(new Error(`A decoding thread ended: ${event.message}`));
    };
  }

  get waiting(): number {
    return this.#open.size;
  }

  decode(path: string, options: DecodeOptions): Promise<Clip> {
    const clip = Promise.withResolvers<Clip>();
    const id = this.#count++;
    this.#open.set(id, clip);
    const request: DecodeRequest = { id, path, options };
    this.#worker.postMessage(request);
    return clip.promise;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
    this.#failAll(new Error("The decoding threads were ended"));
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }
}
