import { InputError, writeFileAtomically } from "lib/core/mod.ts";
import { type JsonRecord, readJsonl } from "lib/formats/jsonl/mod.ts";
import { type ManifestRow, manifestRowSchema } from "./row.ts";

/**
 * Reads a manifest and checks every row.
 *
 * @param path A `manifest.jsonl` that `deno task ingest` wrote.
 * @throws {InputError} naming the file, the line and the field that is wrong
 *
 * @example
 * ```ts
 * import { readManifest, writeManifest } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".jsonl" });
 * await writeManifest(path, []);
 * assert.deepEqual(await readManifest(path), []);
 * ```
 */
export async function readManifest(path: string): Promise<ManifestRow[]> {
  const records = await readJsonl(path);
  return records.map((record, i) => rowOf(record, path, i + 1));
}

/**
 * A record as a row.
 *
 * @param line Of the record, from 1, for the message.
 * @throws {InputError} naming the file, the line and the field that is wrong
 */
export function rowOf(
  record: JsonRecord,
  path: string,
  line: number,
): ManifestRow {
  const result = manifestRowSchema.safeParse(record);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new InputError(
    `Cannot read line ${line} of "${path}": ${
      issue.path.join(".") || "the row"
    } must match the manifest format: ${issue.message}; ingest the videos again`,
  );
}

/**
 * Writes a manifest atomically, a row per line.
 */
export async function writeManifest(
  path: string,
  rows: readonly ManifestRow[],
): Promise<void> {
  await writeFileAtomically(
    path,
    rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
  );
}
