import * as z from "zod";
import {
  type Analysis,
  ANALYSIS_VERSION,
  analysisSchema,
  DROP_RULES,
} from "../../dataset/curate/mod.ts";
import {
  type JsonlWriter,
  openJsonl,
  readJsonl,
} from "../../formats/jsonl/mod.ts";

/** What looking at a file's contents gave. */
export type Outcome =
  | { readonly analysis: Analysis }
  | { readonly rule: (typeof DROP_RULES)[number]; readonly reason: string };

const outcomeSchema = z.union([
  z.strictObject({ analysis: analysisSchema }),
  z.strictObject({ rule: z.enum(DROP_RULES), reason: z.string() }),
]);

/** Contents that were looked at. */
const contentsSchema = z.strictObject({
  kind: z.literal("contents"),
  sha256: z.string(),
  settings: z.string(),
  outcome: outcomeSchema,
});

/** A file as it lay there when its contents were hashed. */
const fileSchema = z.strictObject({
  kind: z.literal("file"),
  path: z.string(),
  bytes: z.number(),
  modified: z.number(),
  sha256: z.string(),
});

const lineSchema = z.discriminatedUnion("kind", [contentsSchema, fileSchema]);

/**
 * What an ingest has done so far: a line for each file when it is done, so that
 * a run that ends at any moment, however it ends, loses only the files that it
 * was looking at.
 *
 * Results are kept by the hash of the contents, so a file that is moved, renamed
 * or copied is not decoded again. A file is hashed again when its size or its
 * time has changed.
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
   * Opens a journal, and makes it if there is none.
   *
   * @param maxSeconds Results that were found with another value are left aside.
   */
  static async open(path: string, maxSeconds: number): Promise<Journal> {
    const writer = openJsonl(path);
    try {
      const settings = `analysis ${ANALYSIS_VERSION}, parts of ${maxSeconds} s`;
      const journal = new Journal(writer, settings);
      for (const record of await readJsonl(path)) {
        const line = lineSchema.safeParse(record);
        // A line of another version: the file is simply looked at again.
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
      this.#hashes.set(placeOf(line), line.sha256);
    } else if (line.settings === this.#settings) {
      this.#outcomes.set(line.sha256, line.outcome);
    }
  }

  /** The hash of a file that has not changed since it was taken. */
  hashOf(file: Omit<z.infer<typeof fileSchema>, "kind" | "sha256">):
    | string
    | undefined {
    return this.#hashes.get(placeOf(file));
  }

  /** Keeps the hash of a file. */
  keepHash(file: Omit<z.infer<typeof fileSchema>, "kind">): void {
    this.#append({ kind: "file", ...file });
  }

  /** What is known of some contents. */
  outcomeOf(sha256: string): Outcome | undefined {
    return this.#outcomes.get(sha256);
  }

  /** Keeps what was found. */
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

function placeOf(
  { path, bytes, modified }: { path: string; bytes: number; modified: number },
): string {
  return `${bytes} ${modified} ${path}`;
}
