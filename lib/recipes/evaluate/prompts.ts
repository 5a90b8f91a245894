import { caption, namePhrase } from "../../dataset/captions/mod.ts";
import {
  type SceneSpec,
  sceneSpec,
  type Sprites,
} from "../../dataset/synthetic/mod.ts";
import {
  type MotionId,
  OBJECT_KINDS,
  type SubjectLabel,
} from "../../dataset/vocabulary/mod.ts";
import { type Questions, questionsAbout } from "./questions.ts";

/** Ways that are asked for in words of their own. */
const WAYS: readonly MotionId[] = ["right", "left", "up", "down"];
/** How a prompt says what is asked for. */
export const FORMS = {
  /** "a red circle moves right". */
  sentence: caption,
  /** "red circle, right arrow". */
  names: namePhrase,
} as const;

/** Its name. */
export type Form = keyof typeof FORMS;

/** Every circle and square in every colour, going each of four ways. */
export const SHAPES_GOING: readonly SubjectLabel[] = OBJECT_KINDS
  .filter(({ outline }) => outline === "circle" || outline === "square")
  .flatMap(({ id }) => WAYS.map((motion) => ({ object: id, motion })));

/**
 * Held-out takes of phase 1 that show what is wanted, one for each wish in
 * turn, no take twice: the real clips beside those that are drawn.
 */
export function takesShowing(
  wishes: readonly { readonly object: string; readonly motion?: MotionId }[],
  count: number,
  seed: number,
): SceneSpec[] {
  const found = new Map<string, SceneSpec[]>();
  const wanted = new Map<string, number>();
  const keyOf = ({ object, motion }: typeof wishes[number]): string =>
    `${object}/${motion ?? "any motion"}`;
  const keys = Array.from(
    { length: count },
    (_, i) => keyOf(wishes[i % wishes.length]!),
  );
  for (const key of keys) wanted.set(key, (wanted.get(key) ?? 0) + 1);
  let missing = count;
  for (let index = 0; missing > 0; index++) {
    const take = sceneSpec({ seed, phase: 1, split: "validation", index });
    const [subject] = take.labels.subjects as [SubjectLabel];
    for (const key of [keyOf(subject), keyOf({ object: subject.object })]) {
      const takes = found.get(key) ?? [];
      if (takes.length >= (wanted.get(key) ?? 0)) continue;
      found.set(key, [...takes, take]);
      missing--;
    }
  }
  return keys.map((key) => found.get(key)!.shift()!);
}

/** The same takes asked for in a language, by some of the forms in turn. */
export function promptsFor(
  takes: readonly SceneSpec[],
  { language, forms, from = 0, count = takes.length }: {
    readonly language: string;
    readonly forms: readonly Form[];
    /** The first of the takes, which follow each other in a circle. */
    readonly from?: number;
    readonly count?: number;
  },
  sprites: Sprites,
): Questions {
  return questionsAbout(
    count,
    (index) => ({
      take: takes[(from + index) % takes.length]!,
      language,
      // Another form for each round of the ways: no form belongs to a way.
      say: FORMS[forms[Math.floor(index / WAYS.length) % forms.length]!],
    }),
    sprites,
  );
}
