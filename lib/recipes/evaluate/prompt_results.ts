import {
  filmTake,
  type Sprites,
  type Take,
} from "../../dataset/synthetic/mod.ts";
import {
  COMMON_OBJECTS,
  type Labels,
  type MotionId,
  type SubjectLabel,
} from "../../dataset/vocabulary/mod.ts";
import { type Scores, sumOfScores } from "../../evaluation/mod.ts";
import type { Examiner } from "./examiner.ts";
import {
  type Form,
  FORMS,
  promptsFor,
  SHAPES_GOING,
  takesShowing,
} from "./prompts.ts";
import type { Lookers } from "./look.ts";

/** How many prompts of each kind. */
export interface PromptCounts {
  /** Circles and squares going a way, of each form, in English. */
  readonly geometry: number;
  /** The same in each language. */
  readonly perLanguage: number;
  readonly languages: readonly string[];
  /** Of each kind of object. */
  readonly perObject: number;
}

/** What prompts of single subjects give. */
export interface PromptResults {
  /** Circles and squares going a way, in English, by the form of the prompt. */
  readonly forms: readonly FormResult[];
  /** The same, real: the ceiling of forms and languages. */
  readonly ceiling: Scores;
  /** The same, real, but through the VAE and back: the ceiling of this model. */
  readonly decoded: Scores;
  /** The same by BCP 47 tag, both forms in turn. */
  readonly languages: Readonly<Record<string, Scores>>;
  /** Objects by name, in English. */
  readonly objects: ObjectScores & {
    readonly kinds: Readonly<Record<string, ObjectScores>>;
    /** Null without objects. */
    readonly naming: Naming | null;
  };
}

/**
 * Held-out loss of real clips of named objects, mean over sigmas. A model that
 * does not read the names has the same for both.
 */
export interface Naming {
  /** Under their own prompts. */
  readonly own: number;
  /** Under prompts that name another object, the motion being the same. */
  readonly other: number;
}

/** What is seen of clips that were asked for by name. */
export interface ObjectScores {
  readonly generated: Scores;
  readonly real: Scores;
  /** Real clips through the VAE and back. */
  readonly decoded: Scores;
}

/** Prompts of one form. */
export interface FormResult {
  readonly form: Form;
  readonly example: string;
  readonly scores: Scores;
}

/** Asks for single subjects, in the words of each form, each language, by name. */
export async function promptResults(
  examiner: Examiner,
  { geometry, perLanguage, languages, perObject }: PromptCounts,
  seed: number,
  sprites: Sprites,
): Promise<PromptResults> {
  const lookers: Lookers = {
    world3d: examiner.work.world3d,
    distances: [],
  };
  // Languages ask for each shape going each way, between them.
  const all = perLanguage > 0 ? SHAPES_GOING.length : 0;
  const takes = takesShowing(SHAPES_GOING, Math.max(geometry, all), seed);
  const names = Object.keys(FORMS) as Form[];
  const forms: FormResult[] = [];
  let [ceiling, decoded]: [Scores, Scores] = [{}, {}];
  if (takes.length > 0) {
    const questions = promptsFor(
      takes,
      { language: "en", forms: names },
      sprites,
    );
    const { adherence } = await examiner.real(questions, lookers, "shapes");
    ceiling = adherence.all ?? {};
    const through = await examiner.decoded(questions, lookers, "shapes");
    decoded = through.adherence.all ?? {};
  }
  if (geometry > 0) {
    for (const form of names) {
      const questions = promptsFor(
        takes,
        { language: "en", forms: [form], count: geometry },
        sprites,
      );
      const label = `shapes by ${form}`;
      const { adherence } = await examiner.drawn(questions, lookers, label);
      const { prompt: example } = await questions.at(0);
      forms.push({ form, example, scores: adherence.all ?? {} });
    }
  }
  const byLanguage: Record<string, Scores> = {};
  for (const [i, language] of languages.entries()) {
    if (perLanguage === 0) break;
    const questions = promptsFor(takes, {
      language,
      forms: names,
      from: i * perLanguage,
      count: perLanguage,
    }, sprites);
    const label = `shapes, ${language}`;
    const { adherence } = await examiner.drawn(questions, lookers, label);
    byLanguage[language] = adherence.all ?? {};
  }
  return {
    forms,
    ceiling,
    decoded,
    languages: byLanguage,
    objects: await objectResults(examiner, lookers, {
      perObject,
      seed,
      sprites,
    }),
  };
}

async function objectResults(
  examiner: Examiner,
  lookers: Lookers,
  { perObject, seed, sprites }: {
    readonly perObject: number;
    readonly seed: number;
    readonly sprites: Sprites;
  },
): Promise<PromptResults["objects"]> {
  if (perObject === 0) {
    return { generated: {}, real: {}, decoded: {}, kinds: {}, naming: null };
  }
  const wishes = COMMON_OBJECTS.map((object): {
    object: string;
    motion?: MotionId;
  } => ({ object }));
  const takes = takesShowing(wishes, perObject * wishes.length, seed);
  const questions = promptsFor(
    takes,
    { language: "en", forms: ["sentence"] },
    sprites,
  );
  const kind = (object: string): string => object;
  const real = await examiner.real(questions, lookers, "objects", kind);
  const drawn = await examiner.drawn(questions, lookers, "objects", kind);
  const decoded = await examiner.decoded(questions, lookers, "objects", kind);
  return {
    generated: sumOfScores(Object.values(drawn.adherence)),
    real: sumOfScores(Object.values(real.adherence)),
    decoded: sumOfScores(Object.values(decoded.adherence)),
    kinds: Object.fromEntries(
      COMMON_OBJECTS.map((object) => [object, {
        generated: drawn.adherence[object] ?? {},
        real: real.adherence[object] ?? {},
        decoded: decoded.adherence[object] ?? {},
      }]),
    ),
    naming: await namingOf(examiner, takes, sprites),
  };
}

/** What the names are worth to the model, from takes of a circle of kinds. */
async function namingOf(
  { model, shape }: Examiner,
  takes: readonly Take[],
  sprites: Sprites,
): Promise<Naming> {
  const clips = await Promise.all(
    takes.map((take) => filmTake(take, shape, sprites)),
  );
  const lossWhere = async (
    saying: (take: Take, place: number) => Labels,
  ): Promise<number> => {
    const losses = await model.heldOutLoss(
      await Promise.all(takes.map(async (take, place) => ({
        clip: clips[place]!,
        caption: await FORMS.sentence(saying(take, place), "en"),
      }))),
    );
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  };
  return {
    own: await lossWhere(({ labels }) => labels),
    other: await lossWhere(({ labels }, place) => {
      const [subject] = labels.subjects as [SubjectLabel];
      const next = takes[(place + 1) % takes.length]!;
      const { object } = next.labels.subjects[0]!;
      return { ...labels, subjects: [{ ...subject, object }] };
    }),
  };
}
