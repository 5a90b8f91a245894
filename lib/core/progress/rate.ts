/** Seconds over which an observation loses 1 - 1/e of its weight. */
const TIME_CONSTANT = 30;

/**
 * A rate, smoothed over about the last half minute: an exponential moving
 * average in continuous time, divided by its total weight so that it is a true
 * mean from the first observation on (the bias correction of Adam, Kingma and
 * Ba 2015, section 3, with the decay `exp(-seconds / 30)`).
 */
export class SmoothedRate {
  #done: number;
  #seconds: number;
  #weighted = 0;
  #weight = 0;

  /**
   * @param done Units done at the start.
   * @param seconds Time at the start, on any clock that does not go back.
   */
  constructor(done: number, seconds: number) {
    this.#done = done;
    this.#seconds = seconds;
  }

  /**
   * Records that `done` units are done at a time. Observations at the same time
   * are joined with the next one.
   */
  observe(done: number, seconds: number): void {
    const elapsed = seconds - this.#seconds;
    if (elapsed <= 0) return;
    const decay = Math.exp(-elapsed / TIME_CONSTANT);
    const rate = (done - this.#done) / elapsed;
    this.#weighted = decay * this.#weighted + (1 - decay) * rate;
    this.#weight = decay * this.#weight + (1 - decay);
    this.#done = done;
    this.#seconds = seconds;
  }

  /** Units per second, or `undefined` before any time has passed. */
  get perSecond(): number | undefined {
    return this.#weight === 0 ? undefined : this.#weighted / this.#weight;
  }
}
