import { Lifetime } from "../../core/mod.ts";

/** Makes the microbatches of the next step while the device computes this one. */
export class Prefetcher<B> implements AsyncDisposable {
  readonly #batchAt: (index: number) => B | Promise<B>;
  readonly #microbatches: number;
  readonly #lifetime = new Lifetime("the prefetcher of batches");
  #next: { step: number; batches: Promise<B[]> } | undefined;

  /**
   * @param batchAt Makes microbatch `index`, counted over all steps.
   * @param microbatches Of a step, 1 or more.
   */
  constructor(
    batchAt: (index: number) => B | Promise<B>,
    microbatches: number,
  ) {
    this.#batchAt = batchAt;
    this.#microbatches = microbatches;
  }

  /**
   * The microbatches of a step; starts on those of the next if there is one.
   *
   * @throws what `batchAt` threw
   * @throws {DisposedError} if the prefetcher was disposed of
   */
  async take(step: number, hasNext: boolean): Promise<B[]> {
    this.#lifetime.check();
    const batches =
      await (this.#next?.step === step ? this.#next.batches : this.#make(step));
    // Nobody would wait for a batch that begins after the end.
    this.#lifetime.check();
    if (hasNext) {
      const next = Promise.resolve().then(() => this.#make(step + 1));
      next.catch(() => {}); // thrown again by take() of that step
      this.#next = { step: step + 1, batches: next };
    }
    return batches;
  }

  /** Waits for the step that was started and is not taken. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#lifetime.end();
    await this.#next?.batches.catch(() => {});
  }

  async #make(step: number): Promise<B[]> {
    const batches: B[] = [];
    for (let i = 0; i < this.#microbatches; i++) {
      batches.push(await this.#batchAt(step * this.#microbatches + i));
    }
    return batches;
  }
}
