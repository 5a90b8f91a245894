/**
 * Signals that are aborted when the user asks to stop: by the Stop button of a
 * notebook, by Ctrl-C in a terminal. Both arrive as SIGINT, of which Deno's
 * kernel dies, with all variables, unless somebody listens.
 */
export class StopButton implements Disposable {
  readonly #listener: () => void;
  #abort = new AbortController();

  /** @param pressed Called each time, for a word to the user. */
  constructor(pressed: () => void = () => {}) {
    this.#listener = () => {
      pressed();
      this.#abort.abort();
    };
    Deno.addSignalListener("SIGINT", this.#listener);
  }

  /** A signal that has not been aborted yet: ask for one in every cell. */
  get signal(): AbortSignal {
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
    return this.#abort.signal;
  }

  /** Listens no longer: the next Stop ends the process. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#listener);
  }
}
