/** A caption of a file or a part of it. */
export interface TimedCaption {
  /** One line; empty where a row of a table has labels alone. */
  readonly text: string;
  /** BCP 47 tag; und if unknown. */
  readonly language: string;
  /** Seconds; the start of the file if absent. */
  readonly start?: number;
  /** Seconds; the end of the file if absent. */
  readonly end?: number;
  /** Further columns of a table, by their names. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Captions of a file, and warnings about what could not be read. */
export interface FoundCaptions {
  readonly captions: TimedCaption[];
  readonly notes: string[];
}

/** Characters that the text encoder of the largest preset reads. */
const MOST_CHARACTERS = 512;

/** The ends of lines in Unicode: CR LF, LF, CR, VT, FF, NEL, LS and PS. */
export const LINE_ENDS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/** A caption on one line: white space and control characters become one space. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\ufeff]+/gu, " ").trim();
}

/**
 * Leaves out captions whose times are impossible, each with a note, and notes
 * captions that no text encoder reads to their end.
 *
 * @param name Of the file that holds them.
 */
export function checkedCaptions(
  { captions, notes }: FoundCaptions,
  name: string,
): FoundCaptions {
  const longest = Math.max(0, ...captions.map(({ text }) => text.length));
  const possible = captions.filter(({ start = 0, end = Infinity }) =>
    start < end
  );
  return {
    captions: possible,
    notes: [
      ...notes,
      ...captions.filter((caption) => !possible.includes(caption)).map((
        { text, start = 0, end },
      ) =>
        `"${name}": leaves out ${shown(text)}: it must start before its end: ` +
        `it starts at ${start} s and ends at ${end} s`
      ),
      ...(longest > MOST_CHARACTERS
        ? [
          `"${name}": has a caption of ${longest} characters: the text encoders ` +
          `of the presets read the first 48 to ${MOST_CHARACTERS}`,
        ]
        : []),
    ],
  };
}

/** A value for a message: JSON, at most 60 characters. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
