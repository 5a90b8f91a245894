import {
  renderScene,
  type SceneSpec,
  type Sprites,
} from "../../dataset/synthetic/mod.ts";
import {
  COMMON_OBJECTS,
  type Labels,
  type SubjectLabel,
} from "../../dataset/vocabulary/mod.ts";
import { fromFirstRank } from "../../ranks/mod.ts";
import { type Scores, sumOfScores } from "../adherence/mod.ts";
import type { ClipScores } from "./clip_scores.ts";
import type { Evaluator } from "./evaluator.ts";
import {
  type Form,
  FORMS,
  MOVING_SHAPES,
  promptsFor,
  scenesShowing,
} from "./prompt_set.ts";

/** Numbers of prompts of each kind. */
export interface PromptCounts {
  /** Moving circles and squares, of each form, in English. */
  readonly geometry: number;
  /** The same in each language. */
  readonly perLanguage: number;
  readonly languages: readonly string[];
  /** Of each kind of object. */
  readonly perObject: number;
}

/** Adherence to prompts that name a single subject. */
export interface PromptResults {
  /** Moving circles and squares, in English, by the form of the prompt. */
  readonly forms: readonly FormResult[];
  /** Real clips of the same: the ceiling of forms and languages. */
  readonly real: Scores;
  /** The real clips through the VAE and back: the ceiling of this model. */
  readonly reconstructed: Scores;
  /** The same by BCP 47 tag, both forms in turn. */
  readonly languages: Readonly<Record<string, Scores>>;
  /** Objects by name, in English. */
  readonly objects: ObjectScores & {
    readonly byName: Readonly<Record<string, ObjectScores>>;
    /** Null without objects. */
    readonly nameLoss: NameLoss | null;
  };
}

/**
 * Held-out loss of real clips of named objects, mean over sigmas: the same for
 * both if the model ignores the names.
 */
export interface NameLoss {
  /** Under their own captions. */
  readonly own: number;
  /** Under captions that name another object, with the same motion. */
  readonly swapped: number;
}

/** Adherence to prompts that name an object. */
export interface ObjectScores {
  readonly generated: Scores;
  readonly real: Scores;
  /** Real clips through the VAE and back. */
  readonly reconstructed: Scores;
}

/** Adherence to prompts of one form. */
export interface FormResult {
  readonly form: Form;
  readonly example: string;
  readonly scores: Scores;
}

/** Scores prompts of single subjects: by form, by language, by object. */
export async function promptResults(
  evaluator: Evaluator,
  { geometry, perLanguage, languages, perObject }: PromptCounts,
  seed: number,
  sprites: Sprites,
): Promise<PromptResults> {
  const allOf = async (scores: Promise<ClipScores>): Promise<Scores> =>
    (await scores).adherence.all ?? {};
  // Together, the languages name each shape going each way.
  const all = perLanguage > 0 ? MOVING_SHAPES.length : 0;
  const scenes = scenesShowing(MOVING_SHAPES, Math.max(geometry, all), seed);
  const names = Object.keys(FORMS) as Form[];
  let [real, reconstructed]: [Scores, Scores] = [{}, {}];
  if (scenes.length > 0) {
    const prompts = promptsFor(
      scenes,
      { language: "en", forms: names },
      sprites,
    );
    real = await allOf(evaluator.real(prompts, "shapes"));
    reconstructed = await allOf(evaluator.reconstructed(prompts, "shapes"));
  }
  const forms: FormResult[] = [];
  for (const form of geometry > 0 ? names : []) {
    const prompts = promptsFor(
      scenes,
      { language: "en", forms: [form], count: geometry },
      sprites,
    );
    forms.push({
      form,
      example: (await prompts.at(0)).prompt,
      scores: await allOf(evaluator.generated(prompts, `shapes by ${form}`)),
    });
  }
  const byLanguage: Record<string, Scores> = {};
  for (const [i, language] of languages.entries()) {
    if (perLanguage === 0) break;
    const prompts = promptsFor(scenes, {
      language,
      forms: names,
      from: i * perLanguage,
      count: perLanguage,
    }, sprites);
    byLanguage[language] = await allOf(
      evaluator.generated(prompts, `shapes, ${language}`),
    );
  }
  return {
    forms,
    real,
    reconstructed,
    languages: byLanguage,
    objects: await objectResults(evaluator, perObject, seed, sprites),
  };
}

async function objectResults(
  evaluator: Evaluator,
  perObject: number,
  seed: number,
  sprites: Sprites,
): Promise<PromptResults["objects"]> {
  if (perObject === 0) {
    return {
      generated: {},
      real: {},
      reconstructed: {},
      byName: {},
      nameLoss: null,
    };
  }
  const scenes = scenesShowing(
    COMMON_OBJECTS.map((object) => ({ object })),
    perObject * COMMON_OBJECTS.length,
    seed,
  );
  const prompts = promptsFor(
    scenes,
    { language: "en", forms: ["sentence"] },
    sprites,
  );
  const options = { byObject: true };
  const real = await evaluator.real(prompts, "objects", options);
  const generated = await evaluator.generated(prompts, "objects", options);
  const reconstructed = await evaluator.reconstructed(
    prompts,
    "objects",
    options,
  );
  const pick = (
    of: (groups: Readonly<Record<string, Scores>>) => Scores,
  ): ObjectScores => ({
    generated: of(generated.adherence),
    real: of(real.adherence),
    reconstructed: of(reconstructed.adherence),
  });
  return {
    ...pick((groups) => sumOfScores(Object.values(groups))),
    byName: Object.fromEntries(
      COMMON_OBJECTS.map((object) => [
        object,
        pick((groups) => groups[object] ?? {}),
      ]),
    ),
    nameLoss: await fromFirstRank(
      evaluator.ranks,
      () => nameLossOf(evaluator, scenes, sprites),
    ),
  };
}

/** Held-out loss under own and swapped names; neighbours among the scenes swap theirs. */
async function nameLossOf(
  { model, shape }: Evaluator,
  scenes: readonly SceneSpec[],
  sprites: Sprites,
): Promise<NameLoss> {
  const clips = await Promise.all(
    scenes.map((scene) => renderScene(scene, shape, sprites)),
  );
  const lossUnder = async (
    labelsOf: (scene: SceneSpec, place: number) => Labels,
  ): Promise<number> => {
    const losses = await model.heldOutLoss(
      await Promise.all(scenes.map(async (scene, place) => ({
        clip: clips[place]!,
        caption: await FORMS.sentence(labelsOf(scene, place), "en"),
      }))),
    );
    return meanLoss(losses);
  };
  return {
    own: await lossUnder(({ labels }) => labels),
    swapped: await lossUnder(({ labels }, place) => {
      const [subject] = labels.subjects as [SubjectLabel];
      const next = scenes[(place + 1) % scenes.length]!;
      const { object } = next.labels.subjects[0]!;
      return { ...labels, subjects: [{ ...subject, object }] };
    }),
  };
}

/** Mean over sigmas. */
export function meanLoss(losses: ReadonlyMap<number, number>): number {
  return losses.values().reduce((sum, loss) => sum + loss, 0) / losses.size;
}
