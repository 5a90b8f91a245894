import type { ProgressFacts, ProgressWork } from "./progress.ts";
import { SmoothedRate } from "./rate.ts";
import { durationText, numberText } from "../text.ts";

/** The state of a running task and its texts. Times are in seconds. */
export class TaskState {
  readonly #work: ProgressWork;
  readonly #initial: number;
  readonly #startedAt: number;
  readonly #rate: SmoothedRate;
  #done: number;
  #facts: ProgressFacts = {};

  constructor(work: ProgressWork, seconds: number) {
    this.#work = work;
    this.#initial = work.done ?? 0;
    this.#startedAt = seconds;
    this.#done = this.#initial;
    this.#rate = new SmoothedRate(this.#initial, seconds);
  }

  /** Units done since the very beginning. */
  get done(): number {
    return this.#done;
  }

  /** "Training". */
  get label(): string {
    return this.#work.label;
  }

  /** Records progress. */
  update(
    done: number,
    facts: ProgressFacts | undefined,
    seconds: number,
  ): void {
    this.#done = done;
    if (facts !== undefined) this.#facts = facts;
    this.#rate.observe(done, seconds);
  }

  /** "20/100 steps", then the rate, the time left and the facts where known. */
  get standing(): string {
    const parts = [this.#count];
    const rate = this.#rate.perSecond;
    if (rate !== undefined) {
      parts.push(`${numberText(rate)} ${this.#work.unit}/s`);
      const left = (this.#work.total - this.#done) / rate;
      if (rate > 0 && left >= 0) parts.push(`${durationText(left)} left`);
    }
    return [...parts, ...this.#factsPart].join(", ");
  }

  /** The last line of the task: its time and its mean rate. */
  summary(seconds: number): string {
    const elapsed = seconds - this.#startedAt;
    const complete = this.#done >= this.#work.total;
    if (complete && this.#initial > 0 && this.#done === this.#initial) {
      return `${this.label}: ${this.#count}, done before`;
    }
    const parts = [
      `${complete ? "" : "ended at "}${this.#count} ` +
      `${complete ? "in" : "after"} ${durationText(elapsed)}`,
    ];
    if (elapsed > 0) {
      const mean = (this.#done - this.#initial) / elapsed;
      parts.push(`${numberText(mean)} ${this.#work.unit}/s`);
    }
    return `${this.label}: ${[...parts, ...this.#factsPart].join(", ")}`;
  }

  get #count(): string {
    return `${this.#done}/${this.#work.total} ${this.#work.unit}`;
  }

  /** "loss 0.12", "stage 256px". */
  get #factsPart(): string[] {
    return Object.entries(this.#facts).map(([name, value]) =>
      `${name} ${typeof value === "number" ? numberText(value) : value}`
    );
  }
}
