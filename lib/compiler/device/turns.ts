/** A queue of work on a device. */
export interface Turns {
  /** Does work in its turn. */
  take<T>(work: () => T | Promise<T>): Promise<T>;
  /** Does short work: at once if the queue is empty, else in its turn. */
  soon(work: () => void): void;
  /** Whether no work runs or waits. */
  readonly idle: boolean;
}

/** For devices without a limit on concurrent work. */
export const UNLIMITED: Turns = {
  take: async (work) => await work(),
  soon: (work) => work(),
  idle: true,
};

/**
 * One piece of work at a time, first come first served. Two concurrent runs on a
 * graphics device crash the process, and freeing memory during a run may too.
 */
export class OneAtATime implements Turns {
  /** Settles at the end of the last piece of work. */
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
