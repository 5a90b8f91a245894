import type { JsonRecord } from "../../formats/jsonl/mod.ts";

/**
 * Records as CSV (RFC 4180): a column for each field, in the order of their first
 * use. Fields of records inside get a dot: `heldOut.0.5`. The losses by noise level
 * get the lowest sigma of each: `bySigma.0.5`.
 *
 * @example
 * ```ts
 * import { csvOf } from "lib/recipes/runs/csv.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   csvOf([{ step: 1, loss: 0.5 }, { step: 1, heldOut: { "0.1": 2 } }]),
 *   "step,loss,heldOut.0.1\r\n1,0.5,\r\n1,,2\r\n",
 * );
 * ```
 */
export function csvOf(records: readonly JsonRecord[]): string {
  const rows = records.map((record) => flat(withSigmas(record)));
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  return [
    columns,
    ...rows.map((row) => columns.map((name) => row.get(name))),
  ].map((cells) => `${cells.map(cellOf).join(",")}\r\n`).join("");
}

/** A record whose losses by noise level have names, not places in a list. */
function withSigmas(record: JsonRecord): JsonRecord {
  const { bySigma } = record;
  if (!Array.isArray(bySigma)) return record;
  const named = bySigma.map((loss: unknown, i) =>
    [(i / bySigma.length).toFixed(1), loss] as const
  );
  return { ...record, bySigma: Object.fromEntries(named) };
}

/** The fields of a record and of those in it. */
export function flat(
  record: Readonly<Record<string, unknown>>,
  prefix = "",
): Map<string, unknown> {
  return new Map(
    Object.entries(record).flatMap(([name, value]): [string, unknown][] =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? [...flat(value as JsonRecord, `${prefix}${name}.`)]
        : [[`${prefix}${name}`, value]]
    ),
  );
}

function cellOf(value: unknown): string {
  const text = value === undefined || value === null
    ? ""
    : typeof value === "object"
    ? JSON.stringify(value)
    : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
