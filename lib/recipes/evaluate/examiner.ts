import { type Clip, Rng } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import type { World3dNetwork } from "../../evaluation/mod.ts";
import { keptLooks } from "./kept.ts";
import { lookAt, type Lookers, type Looks, type LookWork } from "./look.ts";
import type { EvaluatedModel } from "./model.ts";
import type { Questions } from "./questions.ts";

/** A real clip and the one that its caption drew. */
export interface Sample {
  readonly title: string;
  readonly prompt: string;
  readonly real: Clip;
  readonly generated: Clip;
}

/** How questions are answered. */
export interface ExaminerWork extends LookWork {
  readonly world3d: World3dNetwork;
  /** Of the noise. */
  readonly seed: number;
  /** Folder of what is kept. */
  readonly cache: string;
}

/** What answers are sorted by, from the object that was asked for. */
type SortedBy = (object: string) => string;

/** Has questions answered by the world itself and by a model. */
export class Examiner {
  readonly #spent = { clips: 0, seconds: 0 };

  constructor(
    readonly model: EvaluatedModel,
    readonly work: ExaminerWork,
    readonly shape: ClipShape,
  ) {}

  /** Clips that the model drew, now or when they were kept. */
  get spent(): { readonly clips: number; readonly seconds: number } {
    return { ...this.#spent };
  }

  /** What is known of real clips: the reference and the ceiling. */
  real(
    questions: Questions,
    lookers: Lookers,
    label: string,
    sortedBy?: SortedBy,
  ): Promise<Looks> {
    return this.#look(questions, lookers, {
      made: { by: "the world" },
      clips: (from, to) => films(questions, from, to, this.shape),
      label: `${label}, real`,
      sortedBy,
    });
  }

  /**
   * What is known of the real clips once they went through the model's VAE and
   * back: more than is seen then, no training of the rest can bring.
   */
  decoded(
    questions: Questions,
    lookers: Lookers,
    label: string,
    sortedBy?: SortedBy,
  ): Promise<Looks> {
    const { model, work: { batch } } = this;
    return this.#look(questions, lookers, {
      made: { by: "the world", through: model.vae, batch },
      clips: async (from, to) =>
        await model.reconstruct(await films(questions, from, to, this.shape)),
      label: `${label}, through the VAE`,
      sortedBy,
    });
  }

  /** What is known of the clips that the prompts draw. */
  async drawn(
    questions: Questions,
    lookers: Lookers,
    label: string,
    sortedBy?: SortedBy,
  ): Promise<Looks> {
    const { model, work: { seed, batch } } = this;
    const looks = await this.#look(questions, lookers, {
      made: { by: model.identity, seed, batch, label },
      clips: (from, to) => this.#draw(questions, from, to, label),
      label: `${label}, drawn`,
      sortedBy,
    });
    this.#spent.clips += questions.count;
    this.#spent.seconds += looks.seconds;
    return looks;
  }

  /** What is kept of some clips, or else found by looking at them. */
  #look(
    questions: Questions,
    lookers: Lookers,
    { made, clips, label, sortedBy }: {
      /** Names how the clips are made: the same, the same clips. */
      readonly made: Readonly<Record<string, unknown>>;
      readonly clips: (from: number, to: number) => Promise<Clip[]>;
      /** For the progress. */
      readonly label: string;
      readonly sortedBy: SortedBy | undefined;
    },
  ): Promise<Looks> {
    return keptLooks(
      this.work.cache,
      { ...made, sorted: sortedBy !== undefined },
      questions,
      lookers,
      () =>
        lookAt(questions, clips, lookers, { ...this.work, label, sortedBy }),
    );
  }

  /** The first of them, beside the real ones, to be seen. */
  async samples(
    questions: Questions,
    most: number,
    label: string,
  ): Promise<Sample[]> {
    const count = Math.min(most, questions.count);
    const clips = await this.#draw(questions, 0, count, label);
    const reals = await films(questions, 0, count, this.shape);
    return await Promise.all(
      clips.map(async (generated, i) => ({
        title: label,
        prompt: (await questions.at(i)).prompt,
        real: reals[i]!,
        generated,
      })),
    );
  }

  async #draw(
    questions: Questions,
    from: number,
    to: number,
    label: string,
  ): Promise<Clip[]> {
    const prompts: string[] = [];
    for (let i = from; i < to; i++) {
      prompts.push((await questions.at(i)).prompt);
    }
    const rng = new Rng(this.work.seed).fork(`${label}, clips from ${from}`);
    return await this.model.generate(prompts, rng.integer(2 ** 31));
  }
}

/** The real clips of questions `from` to `to`, not included. */
export function films(
  questions: Questions,
  from: number,
  to: number,
  shape: ClipShape,
): Promise<Clip[]> {
  return Promise.all(
    Array.from(
      { length: to - from },
      (_, i) => questions.film(from + i, shape),
    ),
  );
}
