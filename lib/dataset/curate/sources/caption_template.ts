import { InputError } from "lib/core/mod.ts";
import type { TimedCaption } from "./timed_caption.ts";

/** A label in a template: `{place}`. */
const FIELD = /\{([^{}]*)\}/g;

/**
 * Adds captions that a template makes of labels: sets for recognition have
 * labels and no captions, and models are prompted by short ones (Radford et al.
 * 2021, arXiv 2103.00020, section 3.1.4). Underscores of a label become spaces.
 * It comes first: captions of one meaning then agree in the first one.
 *
 * @param captions By file; a caption without one of the labels gives no further one.
 * @param template Such as `a car on the {place}, turning {turn}`.
 * @throws {InputError} if the template names no label, or one that no file has
 *
 * @example
 * ```ts
 * import { withTemplate } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const own = { text: "", language: "und", labels: { place: "old_town" } };
 * const captions = new Map([["a.mp4", [own]]]);
 * const [made] = withTemplate(captions, "a walk in the {place}").get("a.mp4")!;
 * assert.equal(made!.text, "a walk in the old town");
 * ```
 */
export function withTemplate(
  captions: ReadonlyMap<string, readonly TimedCaption[]>,
  template: string,
): Map<string, readonly TimedCaption[]> {
  const fields = [...template.matchAll(FIELD)].map(([, name]) => name!.trim());
  const known = new Set(
    [...captions.values()].flat()
      .flatMap(({ labels = {} }) => Object.keys(labels)),
  );
  const missing = fields.find((name) => !known.has(name));
  if (fields.length === 0 || missing !== undefined) {
    throw new InputError(
      `Cannot use --caption-template "${template}": it must name labels of the ` +
        `tables in braces, such as {${[...known][0] ?? "place"}}: ` +
        (missing === undefined ? "it names none" : `no file has "${missing}"`) +
        `; the labels are ${[...known].join(", ") || "none"}`,
    );
  }
  return new Map(
    [...captions].map(([file, own]) => {
      const made = new Map<string, TimedCaption>();
      for (const { labels = {}, ...caption } of own) {
        if (!fields.every((name) => Object.hasOwn(labels, name))) continue;
        const text = template.replace(
          FIELD,
          (_, name: string) => labels[name.trim()]!.replaceAll("_", " "),
        );
        const { start, end } = caption;
        made.set(`${text} ${start} ${end}`, { ...caption, text });
      }
      return [file, [...made.values(), ...own]];
    }),
  );
}
