/** Who may work on a device, and when. */
export interface Turns {
  /** Does work when it may. */
  take<T>(work: () => T | Promise<T>): Promise<T>;
  /** Does work that takes no time: at once if nothing else runs, else in its turn. */
  soon(work: () => void): void;
  /** Whether nothing runs and nothing waits. */
  readonly idle: boolean;
}

/** For devices on which everybody may work at once. */
export const UNLIMITED: Turns = {
  take: async (work) => await work(),
  soon: (work) => work(),
  idle: true,
};

/**
 * Lets one piece of work at a time onto a device, first come first served.
 *
 * Two runs at once on a graphics device end the process, and so may giving
 * memory back while another thread runs.
 */
export class OneAtATime implements Turns {
  /** Ends when the last piece of work that was asked for is done. */
  #last: Promise<void> | undefined;

  async take<T>(work: () => T | Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    try {
      await before;
      return await work();
    } finally {
      if (this.#last === promise) this.#last = undefined;
      resolve();
    }
  }

  soon(work: () => void): void {
    if (this.idle) work();
    else void this.take(work);
  }

  get idle(): boolean {
    return this.#last === undefined;
  }
}
