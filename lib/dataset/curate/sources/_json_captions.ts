import {
  type FoundCaptions,
  oneLine,
  shown,
  type TimedCaption,
} from "./timed_caption.ts";

/** Fields that hold captions, most usual first. */
export const CAPTION_FIELDS: readonly string[] = [
  "caption",
  "text",
  "prompt",
  "captions",
  "texts",
  "prompts",
];

/** Shapes of JSON that hold captions, for messages. */
export const SHAPES = 'a text, a list of texts, or {"caption": "..."}, where ' +
  "caption may be text or prompt as well, and the value a list of texts or of " +
  '{"text": "...", "language": "en", "start": 0, "end": 2.5}';

/**
 * The captions in a JSON value of any usual shape: a text, an object, or a list
 * of them; {@link SHAPES}. Further fields cost no caption.
 *
 * @param common Language and times of captions that have none.
 */
export function captionsOfJson(
  value: unknown,
  name: string,
  common: Omit<TimedCaption, "text"> = { language: "und" },
): FoundCaptions {
  const captions: TimedCaption[] = [];
  const notes: string[] = [];
  const unknown = new Set<string>();
  const visit = (value: unknown, common: Omit<TimedCaption, "text">): void => {
    if (typeof value === "string") {
      const text = oneLine(value);
      if (text !== "") captions.push({ text, ...common });
      else notes.push(`"${name}": has an empty caption`);
    } else if (Array.isArray(value)) {
      for (const item of value) visit(item, common);
    } else if (typeof value === "object" && value !== null) {
      visitObject(value, common);
    } else {
      notes.push(
        `"${name}": leaves out ${shown(value)}: it must be ${SHAPES}`,
      );
    }
  };
  const visitObject = (
    object: object,
    common: Omit<TimedCaption, "text">,
  ): void => {
    const fields = new Map(
      Object.entries(object).map(([key, value]) => [key.toLowerCase(), value]),
    );
    const own: Record<string, unknown> = { ...common };
    for (const time of ["start", "end"]) {
      const value = fields.get(time);
      if (value === undefined || value === null) continue;
      own[time] = typeof value === "number" || typeof value === "string"
        ? secondsOf(value)
        : undefined;
      if (own[time] !== undefined) continue;
      notes.push(
        `"${name}": leaves out ${shown(object)}: ${time} must be seconds, 0 ` +
          "or more",
      );
      return;
    }
    const language = fields.get("language");
    if (typeof language === "string" && language.trim() !== "") {
      own.language = language.trim();
    }
    const texts = CAPTION_FIELDS.filter((field) => fields.has(field));
    for (const field of fields.keys()) {
      if (!READ_FIELDS.includes(field)) unknown.add(field);
    }
    if (texts.length === 0) {
      notes.push(
        `"${name}": has no caption in ${shown(object)}: it must be ${SHAPES}`,
      );
    }
    for (const field of texts) {
      visit(fields.get(field), own as Omit<TimedCaption, "text">);
    }
  };
  visit(value, common);
  if (captions.length > 0 && unknown.size > 0) {
    notes.push(
      `"${name}": reads the captions, not the field${
        unknown.size === 1 ? "" : "s"
      } ${[...unknown].join(", ")}`,
    );
  }
  return { captions, notes };
}

const READ_FIELDS = [...CAPTION_FIELDS, "language", "start", "end"];

/** Seconds, 0 or more; undefined if it is no such number. */
export function secondsOf(value: string | number): number | undefined {
  if (typeof value === "string" && value.trim() === "") return undefined;
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
