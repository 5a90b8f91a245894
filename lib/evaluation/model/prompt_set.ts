import type { Clip } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { caption, namePhrase } from "../../dataset/captions/mod.ts";
import {
  renderScene,
  type SceneSpec,
  sceneSpec,
  type Sprites,
} from "../../dataset/synthetic/mod.ts";
import {
  type Labels,
  type MotionId,
  OBJECT_KINDS,
  type Phase,
  type SubjectLabel,
} from "../../dataset/vocabulary/mod.ts";

/** A prompt, and the labels that a clip of it must show. */
export interface LabelledPrompt {
  readonly prompt: string;
  /** BCP 47 tag. */
  readonly language: string;
  readonly labels: Labels;
}

/** Prompts for held-out scenes of the synthetic world, and the scenes themselves. */
export interface PromptSet {
  readonly count: number;
  /** One prompt, from 0. */
  at(index: number): Promise<LabelledPrompt>;
  /** The real clip of the same scene. */
  realClip(index: number, shape: ClipShape): Promise<Clip>;
}

/** Wordings of a prompt. */
export const FORMS = {
  /** "a red circle moves right". */
  sentence: caption,
  /** "red circle, right arrow". */
  names: namePhrase,
} as const;

/** Name of a wording. */
export type Form = keyof typeof FORMS;

/** The first held-out scenes of a phase, with their English captions. */
export function phasePrompts(
  { phase, seed, count }: {
    readonly phase: Phase;
    readonly seed: number;
    readonly count: number;
  },
  sprites: Sprites,
): PromptSet {
  return promptSet(count, sprites, (index) => ({
    scene: sceneSpec({ seed, phase, split: "validation", index }),
    language: "en",
    form: "sentence",
  }));
}

/** Directions of the prompts of {@link MOVING_SHAPES}. */
const DIRECTIONS: readonly MotionId[] = ["right", "left", "up", "down"];

/** Every circle and square in every colour, going in each of four directions. */
export const MOVING_SHAPES: readonly SubjectLabel[] = OBJECT_KINDS
  .filter(({ outline }) => outline === "circle" || outline === "square")
  .flatMap(({ id }) => DIRECTIONS.map((motion) => ({ object: id, motion })));

/**
 * Held-out scenes of phase 1 with these subjects in turn, no scene twice.
 *
 * @param subjects Without a motion, any motion serves.
 */
export function scenesShowing(
  subjects: readonly { readonly object: string; readonly motion?: MotionId }[],
  count: number,
  seed: number,
): SceneSpec[] {
  const keyOf = ({ object, motion }: typeof subjects[number]): string =>
    `${object}/${motion ?? "any motion"}`;
  const places = Array.from({ length: count }, (_, i) => i);
  const open = Map.groupBy(
    places,
    (place) => keyOf(subjects[place % subjects.length]!),
  );
  const scenes = new Array<SceneSpec>(count);
  for (let index = 0, missing = count; missing > 0; index++) {
    const scene = sceneSpec({ seed, phase: 1, split: "validation", index });
    const [{ object, motion }] = scene.labels.subjects as [SubjectLabel];
    const place = open.get(keyOf({ object, motion }))?.shift() ??
      open.get(keyOf({ object }))?.shift();
    if (place === undefined) continue;
    scenes[place] = scene;
    missing--;
  }
  return scenes;
}

/** Prompts for chosen scenes in a language, in some of the forms by turns. */
export function promptsFor(
  scenes: readonly SceneSpec[],
  { language, forms, from = 0, count = scenes.length }: {
    readonly language: string;
    readonly forms: readonly Form[];
    /** Index of the first scene; after the last one the first follows. */
    readonly from?: number;
    readonly count?: number;
  },
  sprites: Sprites,
): PromptSet {
  return promptSet(count, sprites, (index) => ({
    scene: scenes[(from + index) % scenes.length]!,
    language,
    // The form changes after each round of directions, so that none belongs to a direction.
    form: forms[Math.floor(index / DIRECTIONS.length) % forms.length]!,
  }));
}

/** A set whose scenes are sampled when they are needed. */
function promptSet(
  count: number,
  sprites: Sprites,
  specAt: (
    index: number,
  ) => {
    readonly scene: SceneSpec;
    readonly language: string;
    readonly form: Form;
  },
): PromptSet {
  return {
    count,
    async at(index) {
      const { scene: { labels }, language, form } = specAt(index);
      return { prompt: await FORMS[form](labels, language), language, labels };
    },
    realClip: (index, shape) =>
      renderScene(specAt(index).scene, shape, sprites),
  };
}

/** The real clips of prompts `from` to `to`, not included. */
export function realClips(
  prompts: PromptSet,
  from: number,
  to: number,
  shape: ClipShape,
): Promise<Clip[]> {
  return Promise.all(
    Array.from(
      { length: to - from },
      (_, i) => prompts.realClip(from + i, shape),
    ),
  );
}
