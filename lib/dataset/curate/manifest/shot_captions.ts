import type { Segment } from "../analysis.ts";
import { shown, type TimedCaption } from "../sources/timed_caption.ts";
import type { Caption } from "./row.ts";
import { rounded } from "./rules.ts";

/** Whether a caption covers at least half of a shot. */
function covers(
  { start = 0, end = Infinity }: TimedCaption,
  { startSeconds, endSeconds }: Segment,
): boolean {
  const shared = Math.min(end, endSeconds) - Math.max(start, startSeconds);
  return shared >= (endSeconds - startSeconds) / 2;
}

/** The captions that cover at least half of a shot. */
export function captionsFor(
  captions: readonly TimedCaption[],
  segment: Segment,
): Caption[] {
  return captions
    .filter((caption) => caption.text !== "" && covers(caption, segment))
    .map(({ text, language }) => ({ text, language }));
}

/**
 * The labels of a shot. Of several rows of a table, the first that has a label
 * counts; another value is a note.
 */
export function labelsFor(
  captions: readonly TimedCaption[],
  segment: Segment,
): { labels: Record<string, string>; notes: string[] } {
  const labels: Record<string, string> = {};
  const notes = new Set<string>();
  for (const caption of captions) {
    if (!covers(caption, segment)) continue;
    for (const [name, value] of Object.entries(caption.labels ?? {})) {
      const first = labels[name] ??= value;
      if (first === value) continue;
      notes.add(
        `several rows of a table have the label ${name}: ${shown(first)} is ` +
          `kept, ${shown(value)} is not`,
      );
    }
  }
  return { labels, notes: [...notes] };
}

/** Captions in a note. */
const MOST_SHOWN = 3;

/** Notes captions that no shot has, since they cover less than half of each. */
export function unusedCaptions(
  captions: readonly TimedCaption[],
  segments: readonly Segment[],
): string[] {
  const unused = captions.filter((caption) =>
    caption.text !== "" && !segments.some((segment) => covers(caption, segment))
  );
  if (unused.length === 0) return [];
  const list = unused.slice(0, MOST_SHOWN).map(({ text, start = 0, end }) =>
    `${shown(text)} (${rounded(start)} s to ${
      end === undefined ? "the end" : `${rounded(end)} s`
    })`
  );
  return [
    `${unused.length} of ${captions.length} captions cover half of no shot: ` +
    list.join(", ") +
    (unused.length > list.length ? ", ..." : ""),
  ];
}
