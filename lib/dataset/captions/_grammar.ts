import {
  ANGLES,
  CAMERA_MOVES,
  type Labels,
  LIGHTS,
  MOTION_IDS,
  objectKind,
  WEATHERS,
} from "../vocabulary/mod.ts";

/** The phrases and the word order of one language. */
export interface Phrases {
  /** BCP 47 tag, of those in `LANGUAGES`. */
  readonly language: string;
  /** The verb of motion; `%` stands for the direction. */
  readonly moves: string;
  /** right, left, up, down, up-right, down-right, down-left, up-left. */
  readonly directions: readonly string[];
  /** Clockwise, counter-clockwise. */
  readonly turns: readonly string[];
  readonly grows: string;
  readonly still: string;
  /** pan right, pan left, tilt up, tilt down, zoom in, zoom out. */
  readonly camera: readonly string[];
  /** Tilted, from above. */
  readonly angle: readonly string[];
  /** Rain, snow, fog. */
  readonly weather: readonly string[];
  /** Night, sunrise, lightning, spotlight. */
  readonly light: readonly string[];
  /** Between the last two subjects, with its spaces. */
  readonly conjunction: string;
  /** Between other parts, with its space; ", " if absent. */
  readonly separator?: string;
  /**
   * Joins a subject and its predicate; with a space if absent.
   *
   * @param subject Its CLDR name, or the one in `names`.
   * @param emoji Identifies the object, for languages with grammatical gender.
   */
  clause?(subject: string, predicate: string, emoji: string): string;
  /** By emoji: singular nouns where the CLDR name is plural or uncountable. */
  readonly names?: Readonly<Record<string, string>>;
}

/** Splits a list of phrases at its commas. */
export function list(text: string): readonly string[] {
  return text.split(/,\s*/);
}

/** A clause of a language that is written without spaces. */
export function unspaced(subject: string, predicate: string): string {
  return subject + predicate;
}

/**
 * A clause whose subject takes an article.
 *
 * @param article With the space or apostrophe that follows it.
 * @param uncounted Emoji of the nouns without an article.
 */
export function withArticle(
  article: (name: string, emoji: string) => string,
  uncounted: string,
): NonNullable<Phrases["clause"]> {
  return (subject, predicate, emoji) =>
    uncounted.includes(emoji)
      ? `${subject} ${predicate}`
      : `${article(subject, emoji)}${subject} ${predicate}`;
}

/**
 * Builds a sentence: a clause for each subject, then weather, light, angle and
 * camera where they differ from the default.
 *
 * @param names CLDR names by emoji, in the language of the phrases.
 */
export function sentence(
  phrases: Phrases,
  labels: Labels,
  names: ReadonlyMap<string, string>,
): string {
  const { clause = spaced, separator = ", " } = phrases;
  const { moves, directions, turns, grows, still } = phrases;
  // In the order of MOTION_IDS.
  const predicates = [
    ...directions.map((direction) => moves.replace("%", direction)),
    ...turns,
    grows,
    still,
  ];
  const clauses = labels.subjects.map(({ object, motion }) => {
    const { emoji } = objectKind(object);
    const name = phrases.names?.[emoji] ?? names.get(emoji)!;
    return clause(name, predicates[MOTION_IDS.indexOf(motion)]!, emoji);
  });
  const last = clauses.pop()!;
  const subjects = clauses.length === 0
    ? last
    : clauses.join(separator) + phrases.conjunction + last;
  // The first entry of each table is the default, which no caption mentions.
  const phraseOf = (
    table: Readonly<Record<string, unknown>>,
    value: string,
    translations: readonly string[],
  ): readonly string[] => {
    const index = Object.keys(table).indexOf(value);
    return index === 0 ? [] : [translations[index - 1]!];
  };
  return [
    subjects,
    ...phraseOf(WEATHERS, labels.weather, phrases.weather),
    ...phraseOf(LIGHTS, labels.light, phrases.light),
    ...phraseOf(ANGLES, labels.angle, phrases.angle),
    ...phraseOf(CAMERA_MOVES, labels.camera, phrases.camera),
  ].join(separator).normalize("NFC");
}

function spaced(subject: string, predicate: string): string {
  return `${subject} ${predicate}`;
}
