import { parse } from "csv-parse/sync";
import { dirname, extname, resolve } from "node:path";
import { InputError, messageOf } from "lib/core/mod.ts";
import * as z from "zod";

/** A caption of a file or a part of it. */
const timedCaptionSchema = z.strictObject({
  text: z.string().trim().min(1, "must not be empty"),
  language: z.string().trim().min(1).default("und"),
  start: z.number().min(0).optional().describe(
    "seconds; the start of the file if absent",
  ),
  end: z.number().min(0).optional().describe(
    "seconds; the end of the file if absent",
  ),
});

/** A caption of a file or a part of it. */
export type TimedCaption = z.infer<typeof timedCaptionSchema>;

/** The contents of `name.json`. */
const sidecarSchema = z.union([
  z.strictObject({
    caption: timedCaptionSchema.shape.text,
    language: timedCaptionSchema.shape.language,
  }).transform(({ caption, language }) => [{ text: caption, language }]),
  z.strictObject({
    captions: z.array(
      z.union([
        timedCaptionSchema.shape.text.transform((text) => ({
          text,
          language: "und",
        })),
        timedCaptionSchema,
      ]),
    ),
  }).transform(({ captions }): TimedCaption[] => captions),
]);

/** Captions of a file, and warnings about its sidecars. */
interface FoundCaptions {
  readonly captions: TimedCaption[];
  readonly notes: string[];
}

/**
 * Reads the captions beside a video: each line of `name.txt` is one, and
 * `name.json` holds `{"caption": "...", "language": "en"}` or `{"captions":
 * ["...", {"text": "...", "language": "en", "start": 0, "end": 2.5}]}`.
 *
 * An unreadable sidecar is a note, not an error: the video is still usable.
 */
export async function readSidecars(video: string): Promise<FoundCaptions> {
  const stem = video.slice(0, video.length - extname(video).length);
  const captions: TimedCaption[] = [];
  const notes: string[] = [];
  for (const [ending, parseText] of SIDECARS) {
    try {
      const text = await Deno.readTextFile(stem + ending);
      captions.push(...parseText(text));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      const why = error instanceof z.ZodError
        ? error.issues[0]!.message
        : messageOf(error);
      notes.push(
        `cannot read the captions in the ${ending} file beside it: ${why}`,
      );
    }
  }
  return { captions, notes };
}

const SIDECARS:
  readonly (readonly [string, (text: string) => TimedCaption[]])[] = [
    [".txt", (text) =>
      text.replace(/^\ufeff/, "").split(/\r?\n/)
        .flatMap((line) =>
          line.trim() === "" ? [] : [{ text: line.trim(), language: "und" }]
        )],
    [
      ".json",
      (text) => sidecarSchema.parse(JSON.parse(text.replace(/^\ufeff/, ""))),
    ],
  ];

const csvRowSchema = z.strictObject({
  file: z.string().trim().min(1, "must not be empty"),
  caption: timedCaptionSchema.shape.text,
  language: z.string().trim().optional()
    .transform((language) => language || "und"),
  start: secondsCell(),
  end: secondsCell(),
});

function secondsCell(): z.ZodType<number | undefined, string | undefined> {
  return z.string().trim().optional().transform((cell) =>
    cell === undefined || cell === "" ? undefined : Number(cell)
  ).refine(
    (value) => value === undefined || value >= 0,
    "must be seconds, 0 or more",
  );
}

/**
 * Reads captions from a table: a CSV file whose first line names the columns
 * `file` and `caption`, optionally `language`, `start` and `end` (seconds). Paths
 * are relative to the folder of the table; a file may have several rows.
 *
 * @returns Captions by the absolute path of the file.
 * @throws {InputError} naming the line and the column that is wrong
 */
export async function readCaptionTable(
  path: string,
): Promise<Map<string, TimedCaption[]>> {
  const folder = dirname(resolve(path));
  const captions = new Map<string, TimedCaption[]>();
  for (const { record, info } of await recordsOf(path)) {
    const row = csvRowSchema.safeParse(record);
    if (!row.success) {
      const issue = row.error.issues[0]!;
      throw new InputError(
        `Cannot read line ${info.lines} of "${path}": the columns must be file, caption, ` +
          `language, start and end, of which the last three may be absent: ` +
          `${
            issue.path.join(".") || "the line"
          }: ${issue.message}; correct the table`,
      );
    }
    const { file, caption, language, start, end } = row.data;
    const entry: TimedCaption = {
      text: caption,
      language,
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
    };
    const key = resolve(folder, file);
    captions.set(key, [...captions.get(key) ?? [], entry]);
  }
  return captions;
}

async function recordsOf(
  path: string,
): Promise<{ record: unknown; info: { lines: number } }[]> {
  try {
    return parse(await Deno.readTextFile(path), {
      bom: true,
      columns: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    throw new InputError(
      `Cannot read "${path}": it must be a table of comma-separated values: ${
        messageOf(error)
      }; check the path and the quotes`,
    );
  }
}
