/** Makes the batches of the next step while the device works on this one. */
export class BatchesAhead<B> implements AsyncDisposable {
  readonly #batchAt: (index: number) => B | Promise<B>;
  readonly #parts: number;
  #next: { step: number; batches: Promise<B[]> } | undefined;

  constructor(
    batchAt: (index: number) => B | Promise<B>,
    parts: number,
  ) {
    this.#batchAt = batchAt;
    this.#parts = parts;
  }

  /** The batches of a step; begins those of the next one if there is one. */
  async take(step: number, hasNext: boolean): Promise<B[]> {
    const batches =
      await (this.#next?.step === step ? this.#next.batches : this.#make(step));
    if (hasNext) {
      const next = Promise.resolve().then(() => this.#make(step + 1));
      next.catch(() => {}); // it is thrown where the batch is needed
      this.#next = { step: step + 1, batches: next };
    }
    return batches;
  }

  /** Waits for what was begun and is no longer wanted. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#next?.batches.catch(() => {});
  }

  async #make(step: number): Promise<B[]> {
    const batches: B[] = [];
    for (let part = 0; part < this.#parts; part++) {
      batches.push(await this.#batchAt(step * this.#parts + part));
    }
    return batches;
  }
}
