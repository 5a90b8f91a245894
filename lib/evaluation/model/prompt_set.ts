import type { Clip } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { caption, namePhrase } from "../../dataset/captions/mod.ts";
import {
  filmTake,
  planTake,
  type Sprites,
  type Take,
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

/** Prompts for held-out takes of the synthetic world, and the takes themselves. */
export interface PromptSet {
  readonly count: number;
  /** One prompt, from 0. */
  at(index: number): Promise<LabelledPrompt>;
  /** The real clip of the same take. */
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

/** The first held-out takes of a phase, with their English captions. */
export function phasePrompts(
  { phase, seed, count }: {
    readonly phase: Phase;
    readonly seed: number;
    readonly count: number;
  },
  sprites: Sprites,
): PromptSet {
  return promptSet(count, sprites, (index) => ({
    take: planTake({ seed, phase, split: "validation", index }),
    language: "en",
    form: "sentence",
  }));
}

/** Directions of the prompts of {@link MOVING_SHAPES}. */
const WAYS: readonly MotionId[] = ["right", "left", "up", "down"];

/** Every circle and square in every colour, going each of four ways. */
export const MOVING_SHAPES: readonly SubjectLabel[] = OBJECT_KINDS
  .filter(({ outline }) => outline === "circle" || outline === "square")
  .flatMap(({ id }) => WAYS.map((motion) => ({ object: id, motion })));

/**
 * Held-out takes of phase 1 with these subjects in turn, no take twice.
 *
 * @param subjects Without a motion, any motion serves.
 */
export function takesShowing(
  subjects: readonly { readonly object: string; readonly motion?: MotionId }[],
  count: number,
  seed: number,
): Take[] {
  const keyOf = ({ object, motion }: typeof subjects[number]): string =>
    `${object}/${motion ?? "any motion"}`;
  const places = Array.from({ length: count }, (_, i) => i);
  const open = Map.groupBy(
    places,
    (place) => keyOf(subjects[place % subjects.length]!),
  );
  const takes = new Array<Take>(count);
  for (let index = 0, missing = count; missing > 0; index++) {
    const take = planTake({ seed, phase: 1, split: "validation", index });
    const [{ object, motion }] = take.labels.subjects as [SubjectLabel];
    const place = open.get(keyOf({ object, motion }))?.shift() ??
      open.get(keyOf({ object }))?.shift();
    if (place === undefined) continue;
    takes[place] = take;
    missing--;
  }
  return takes;
}

/** Prompts for chosen takes in a language, in some of the forms by turns. */
export function promptsFor(
  takes: readonly Take[],
  { language, forms, from = 0, count = takes.length }: {
    readonly language: string;
    readonly forms: readonly Form[];
    /** Index of the first take; after the last one the first follows. */
    readonly from?: number;
    readonly count?: number;
  },
  sprites: Sprites,
): PromptSet {
  return promptSet(count, sprites, (index) => ({
    take: takes[(from + index) % takes.length]!,
    language,
    // The form changes after each round of the ways, so that no form belongs to a way.
    form: forms[Math.floor(index / WAYS.length) % forms.length]!,
  }));
}

/** A set whose takes are planned when they are needed. */
function promptSet(
  count: number,
  sprites: Sprites,
  specAt: (
    index: number,
  ) => { readonly take: Take; readonly language: string; readonly form: Form },
): PromptSet {
  return {
    count,
    async at(index) {
      const { take: { labels }, language, form } = specAt(index);
      return { prompt: await FORMS[form](labels, language), language, labels };
    },
    realClip: (index, shape) => filmTake(specAt(index).take, shape, sprites),
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
