import {
  ANGLES,
  CAMERA_MOVES,
  type Labels,
  LIGHTS,
  MOTION_IDS,
  objectKind,
  WEATHERS,
} from "../vocabulary/mod.ts";

/** The words from which one language makes its sentences. */
export interface Words {
  /** BCP 47 tag, of those in `LANGUAGES`. */
  readonly language: string;
  /** What moving is said with; `%` stands for the way. */
  readonly moves: string;
  /** right, left, up, down, up-right, down-right, down-left, up-left. */
  readonly ways: readonly string[];
  /** Clockwise, and the other way. */
  readonly turns: readonly [string, string];
  readonly grows: string;
  readonly still: string;
  /** The camera: pan right, pan left, tilt up, tilt down, zoom in, zoom out. */
  readonly camera: readonly string[];
  /** Tilted, from above. */
  readonly angle: readonly [string, string];
  /** Rain, snow, fog. */
  readonly weather: readonly [string, string, string];
  /** Night, sunrise, lightning, spotlight. */
  readonly light: readonly [string, string, string, string];
  /** Between the last two subjects, with its spaces. */
  readonly and: string;
  /** Between other parts, with its space; ", " if absent. */
  readonly comma?: string;
  /**
   * Puts a subject and what it does in order; if absent, one after the other
   * with a space.
   *
   * @param subject Its name in CLDR, or that of `names`.
   * @param emoji Names the object, where the grammar asks for its gender.
   */
  clause?(subject: string, predicate: string, emoji: string): string;
  /** Names that agree with a verb in the singular, where CLDR's do not. */
  readonly names?: Readonly<Record<string, string>>;
}

/**
 * Makes a sentence of labels: who does what, then weather, light, angle and
 * camera where there is something to say.
 *
 * @param names Of emoji, in the language of the words.
 */
export function sentence(
  words: Words,
  labels: Labels,
  names: ReadonlyMap<string, string>,
): string {
  const { clause = spaced, comma = ", " } = words;
  const clauses = labels.subjects.map(({ object, motion }) => {
    const { emoji } = objectKind(object);
    const name = words.names?.[emoji] ?? names.get(emoji)!;
    return clause(name, predicates(words)[MOTION_IDS.indexOf(motion)]!, emoji);
  });
  const last = clauses.pop()!;
  const subjects = clauses.length === 0
    ? last
    : clauses.join(comma) + words.and + last;
  const said = (
    table: Readonly<Record<string, unknown>>,
    value: string,
    phrases: readonly string[],
  ): string[] => {
    // The first of each table is the usual, of which nothing is said.
    const at = Object.keys(table).indexOf(value) - 1;
    return at < 0 ? [] : [phrases[at]!];
  };
  return [
    subjects,
    ...said(WEATHERS, labels.weather, words.weather),
    ...said(LIGHTS, labels.light, words.light),
    ...said(ANGLES, labels.angle, words.angle),
    ...said(CAMERA_MOVES, labels.camera, words.camera),
  ].join(comma).normalize("NFC");
}

/** What is said of each motion, in the order of `MOTION_IDS`. */
function predicates({ moves, ways, turns, grows, still }: Words): string[] {
  return [
    ...ways.map((way) => moves.replace("%", way)),
    ...turns,
    grows,
    still,
  ];
}

function spaced(subject: string, predicate: string): string {
  return `${subject} ${predicate}`;
}
