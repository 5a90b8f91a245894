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

/** Fields of objects that are read. */
const READ_FIELDS = [...CAPTION_FIELDS, "language", "start", "end"];

/** Language, times and labels of captions. */
type Context = Omit<TimedCaption, "text">;

/** Captions as they are found. */
interface Reading extends FoundCaptions {
  /** Names of fields that are not read. */
  readonly unread: Set<string>;
}

/**
 * The captions in a JSON value of any usual shape: a text, an object, or a list
 * of them; {@link SHAPES}. Further fields cost no caption.
 *
 * @param name Of the file, for notes.
 * @param context Of captions that state no other.
 */
export function captionsOfJson(
  value: unknown,
  name: string,
  context: Context,
): FoundCaptions {
  const reading: Reading = { captions: [], notes: [], unread: new Set() };
  readValue(value, context, reading);
  const { captions, notes, unread } = reading;
  if (captions.length > 0 && unread.size > 0) {
    const fields = unread.size === 1 ? "field" : "fields";
    notes.push(
      `reads the captions, not the ${fields} ${[...unread].join(", ")}`,
    );
  }
  return { captions, notes: notes.map((note) => `"${name}": ${note}`) };
}

function readValue(value: unknown, context: Context, reading: Reading): void {
  const { captions, notes } = reading;
  if (typeof value === "string") {
    const text = oneLine(value);
    if (text === "") notes.push("has an empty caption");
    else captions.push({ text, ...context });
  } else if (Array.isArray(value)) {
    for (const item of value) readValue(item, context, reading);
  } else if (typeof value === "object" && value !== null) {
    readObject(value, context, reading);
  } else notes.push(`leaves out ${shown(value)}: it must be ${SHAPES}`);
}

function readObject(object: object, context: Context, reading: Reading): void {
  const { notes, unread } = reading;
  const fields = new Map<string, unknown>(
    Object.entries(object).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const language = fields.get("language");
  let own: Context = typeof language === "string" && language.trim() !== ""
    ? { ...context, language: language.trim() }
    : context;
  for (const time of ["start", "end"] as const) {
    const value = fields.get(time) ?? undefined;
    if (value === undefined) continue;
    const seconds = secondsOf(value);
    if (seconds === undefined) {
      const rule = `${time} must be seconds, 0 or more`;
      notes.push(`leaves out ${shown(object)}: ${rule}`);
      return;
    }
    own = { ...own, [time]: seconds };
  }
  for (const field of fields.keys()) {
    if (!READ_FIELDS.includes(field)) unread.add(field);
  }
  const given = CAPTION_FIELDS.filter((field) => fields.has(field));
  if (given.length === 0) {
    notes.push(`has no caption in ${shown(object)}: it must be ${SHAPES}`);
  }
  for (const field of given) readValue(fields.get(field), own, reading);
}

/** Seconds, 0 or more, as a number or a text; undefined if it is none. */
export function secondsOf(value: unknown): number | undefined {
  const isText = typeof value === "string" && value.trim() !== "";
  if (!isText && typeof value !== "number") return undefined;
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
