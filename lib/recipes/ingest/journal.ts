import * as z from "zod";
import {
  type Analysis,
  ANALYSIS_VERSION,
  analysisSchema,
  DROP_RULES,
  type DropRule,
} from "../../dataset/curate/mod.ts";
import {
  type JsonlWriter,
  openJsonl,
  readJsonl,
} from "../../formats/jsonl/mod.ts";

/** The analysis of a file, or the reason why it has none. */
export type Outcome =
  | { readonly analysis: Analysis }
  | { readonly rule: DropRule; readonly reason: string };

const outcomeSchema = z.union([
  z.strictObject({ analysis: analysisSchema }),
  z.strictObject({ rule: z.enum(DROP_RULES), reason: z.string() }),
]);

/** The outcome of file contents, by hash. */
const contentsSchema = z.strictObject({
  kind: z.literal("contents"),
  sha256: z.string(),
  settings: z.string(),
  outcome: outcomeSchema,
});

/** The hash of a file, with the size and time at which it was computed. */
const fileSchema = z.strictObject({
  kind: z.literal("file"),
  path: z.string(),
  bytes: z.number(),
  modified: z.number(),
  sha256: z.string(),
});

const lineSchema = z.discriminatedUnion("kind", [contentsSchema, fileSchema]);

/**
 * The progress of an ingest: a line for each finished file, so that a run that
 * ends at any moment loses only the files in progress.
 *
 * Outcomes are stored by the hash of the contents, so that moved, renamed or
 * copied files are not decoded again. A file is hashed again when its size or
 * modification time changes.
 */
export class Journal implements Disposable {
  readonly #writer: JsonlWriter;
  readonly #settings: string;
  readonly #outcomes = new Map<string, Outcome>();
  readonly #hashes = new Map<string, string>();

  private constructor(writer: JsonlWriter, settings: string) {
    this.#writer = writer;
    this.#settings = settings;
  }

  /**
   * Opens or creates a journal.
   *
   * @param maxSeconds Outcomes of another value are ignored.
   */
  static async open(path: string, maxSeconds: number): Promise<Journal> {
    const writer = openJsonl(path);
    try {
      const settings = `analysis ${ANALYSIS_VERSION}, parts of ${maxSeconds} s`;
      const journal = new Journal(writer, settings);
      for (const record of await readJsonl(path)) {
        const line = lineSchema.safeParse(record);
        // Files with lines of another version are analysed again.
        if (line.success) journal.#enter(line.data);
      }
      return journal;
    } catch (error) {
      writer[Symbol.dispose]();
      throw error;
    }
  }

  #enter(line: z.infer<typeof lineSchema>): void {
    if (line.kind === "file") {
      this.#hashes.set(keyOf(line), line.sha256);
    } else if (line.settings === this.#settings) {
      this.#outcomes.set(line.sha256, line.outcome);
    }
  }

  /** The hash of a file; undefined if the file has changed since. */
  hashOf(file: Omit<z.infer<typeof fileSchema>, "kind" | "sha256">):
    | string
    | undefined {
    return this.#hashes.get(keyOf(file));
  }

  /** Records the hash of a file. */
  keepHash(file: Omit<z.infer<typeof fileSchema>, "kind">): void {
    this.#append({ kind: "file", ...file });
  }

  /** The outcome of file contents, if recorded. */
  outcomeOf(sha256: string): Outcome | undefined {
    return this.#outcomes.get(sha256);
  }

  /** Records the outcome of file contents. */
  keepOutcome(sha256: string, outcome: Outcome): void {
    const settings = this.#settings;
    this.#append({ kind: "contents", sha256, settings, outcome });
  }

  #append(line: z.infer<typeof lineSchema>): void {
    this.#writer.append(line);
    this.#enter(line);
  }

  [Symbol.dispose](): void {
    this.#writer[Symbol.dispose]();
  }
}

function keyOf(
  { path, bytes, modified }: { path: string; bytes: number; modified: number },
): string {
  return `${bytes} ${modified} ${path}`;
}
