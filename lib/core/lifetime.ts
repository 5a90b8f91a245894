/** Use of what was disposed of: its memory or its file is gone. */
export class DisposedError extends ReferenceError {
  override readonly name = "DisposedError";
}

/**
 * The time in which a handle may be used: a device, a compiled function, a
 * pipeline. Without it, use of freed memory of a native library ends the process.
 *
 * Disposing while the handle is in use frees it at the end of the last use, and
 * refuses new uses at once. Disposing twice does nothing.
 *
 * @example
 * ```ts
 * import { DisposedError, Lifetime } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const freed: string[] = [];
 * const lifetime = new Lifetime('file "a"');
 * {
 *   using _use = lifetime.use();
 *   lifetime.end(() => freed.push("a"));
 *   assert.deepEqual(freed, []);
 * }
 * assert.deepEqual(freed, ["a"]);
 * assert.throws(() => lifetime.use(), DisposedError);
 * ```
 */
export class Lifetime {
  readonly #what: string;
  #uses = 0;
  #ended = false;
  #free: (() => void) | undefined;

  /** @param what The handle, for messages: `device "cpu"`. */
  constructor(what: string) {
    this.#what = what;
  }

  /** @throws {DisposedError} if the handle was disposed of */
  check(): void {
    if (!this.#ended) return;
    throw new DisposedError(
      `Cannot use ${this.#what}: it must not be disposed of yet: it was; ` +
        "dispose of it after its last use",
    );
  }

  /**
   * Begins a use, which lasts until it is disposed of.
   *
   * @throws {DisposedError} if the handle was disposed of
   */
  use(): Disposable {
    this.check();
    this.#uses++;
    let lasts = true;
    return {
      [Symbol.dispose]: () => {
        if (!lasts) return;
        lasts = false;
        this.#uses--;
        this.#freeIfUnused();
      },
    };
  }

  /**
   * Ends the lifetime; does nothing the second time.
   *
   * @param free Frees the handle, at once or at the end of the last use.
   */
  end(free: () => void = () => {}): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#free = free;
    this.#freeIfUnused();
  }

  #freeIfUnused(): void {
    if (this.#uses > 0) return;
    const free = this.#free;
    this.#free = undefined;
    free?.();
  }
}
