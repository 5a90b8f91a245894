import { type Clip, InputError } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { caption, LANGUAGES } from "../../dataset/captions/mod.ts";
import {
  renderScene,
  type SceneSpec,
  sceneSpec,
  Sprites,
} from "../../dataset/synthetic/mod.ts";
import {
  type Labels,
  objectKind,
  PAINTS,
  type Phase,
} from "../../dataset/vocabulary/mod.ts";
import {
  judgeByGeometry,
  type Question,
  type WorldView,
} from "../../evaluation/mod.ts";

/** A prompt, and what must be seen. */
export interface WorldQuestion {
  readonly prompt: string;
  readonly language: string;
  readonly labels: Labels;
}

/** Held-out takes of the world as questions to a model. */
export interface Questions {
  readonly count: number;
  /** Prompt and labels of one take, from 0. */
  at(index: number): Promise<WorldQuestion>;
  /** The real clip of the same take. */
  film(index: number, shape: ClipShape): Promise<Clip>;
}

/** Takes with the words that ask for them. */
export interface AskedTake {
  readonly take: SceneSpec;
  readonly language: string;
  readonly say: (labels: Labels, language: string) => Promise<string>;
}

/** Questions about so many takes, each planned when it is needed. */
export function questionsAbout(
  count: number,
  askedAt: (index: number) => AskedTake,
  sprites: Sprites,
): Questions {
  return {
    count,
    async at(index) {
      const { take: { labels }, language, say } = askedAt(index);
      return { prompt: await say(labels, language), language, labels };
    },
    film: (index, shape) => renderScene(askedAt(index).take, shape, sprites),
  };
}

/** The first held-out takes of a phase, their captions in English. */
export function phaseQuestions(
  { phase, seed, count }: {
    readonly phase: Phase;
    readonly seed: number;
    readonly count: number;
  },
  sprites: Sprites,
): Questions {
  return questionsAbout(
    count,
    (index) => ({
      take: sceneSpec({ seed, phase, split: "validation", index }),
      language: "en",
      say: caption,
    }),
    sprites,
  );
}

/**
 * Whether a clip shows what its labels say: by world3d, and for a single
 * subject before a still camera by geometry as well. Null where nothing was
 * asked or it cannot be told.
 */
export function answersTo(
  { subjects, camera }: Labels,
  clip: Clip,
  { answers }: Pick<WorldView, "answers">,
): Record<Question, boolean | null> {
  const paints = subjects.flatMap(({ object }) =>
    objectKind(object).paint ?? []
  );
  const [first] = subjects;
  const alone = subjects.length === 1 && camera === "still";
  const judged = alone ? judgeByGeometry(clip, PAINTS) : undefined;
  const isLine = alone && !IN_PLACE.includes(first!.motion);
  const asksHue = isLine && paints.length > 0;
  return {
    object: subjects.some(({ object }) => object === answers.object),
    colour: paints.length > 0
      ? paints.some((paint) => paint === answers.colour)
      : null,
    // Of several motions the network names none for certain.
    motion: subjects.length === 1 ? first!.motion === answers.motion : null,
    direction: isLine ? judged!.way === first!.motion : null,
    hue: asksHue ? judged!.colour === paints[0] : null,
  };
}

/** Motions without a way: the centroid says nothing about which it is. */
const IN_PLACE: readonly string[] = [
  "clockwise",
  "counter-clockwise",
  "growing",
  "still",
];

/**
 * Tags as they are typed: `en,de,zh` or `all`.
 *
 * @throws {InputError} naming a language that is not covered
 */
export function languagesOf(text: string): readonly string[] {
  const tags = text === "all"
    ? LANGUAGES
    : text.split(",").map((tag) => tag.trim()).filter(Boolean);
  const unknown = tags.find((tag) => !LANGUAGES.includes(tag));
  if (unknown === undefined && tags.length > 0) return tags;
  throw new InputError(
    `Cannot use --languages: each must be covered by Unicode CLDR: current ` +
      `value is "${unknown ?? text}"; choose among ${LANGUAGES.join(" ")}`,
  );
}
