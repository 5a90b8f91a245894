import { InputError, writeFileAtomically } from "lib/core/mod.ts";
import { jsonlRecords } from "lib/formats/jsonl/mod.ts";
import { type ManifestRow, manifestRowSchema } from "./row.ts";

/**
 * Reads a manifest row by row, in the memory of one, and checks each.
 *
 * @param path A `manifest.jsonl` that `deno task ingest` wrote.
 * @throws {InputError} naming the file, the line and the field that is wrong
 *
 * @example
 * ```ts
 * import { manifestRows, writeManifest } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".jsonl" });
 * await writeManifest(path, []);
 * assert.deepEqual(await Array.fromAsync(manifestRows(path)), []);
 * ```
 */
export async function* manifestRows(
  path: string,
): AsyncGenerator<ManifestRow> {
  let line = 0;
  for await (const record of jsonlRecords(path)) {
    line++;
    const result = manifestRowSchema.safeParse(record);
    if (!result.success) {
      const issue = result.error.issues[0]!;
      throw new InputError(
        `Cannot read line ${line} of "${path}": ${
          issue.path.join(".") || "the row"
        } must match the manifest format: ${issue.message}; ingest the videos again`,
      );
    }
    yield result.data;
  }
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
