import { alignColumns, BYTES_PER_ELEMENT } from "../../core/mod.ts";
import type { ModelDescription } from "./describe.ts";
import type { Part } from "./account.ts";

/** One line of a table. */
interface Row {
  readonly name: string;
  readonly part: Part;
  /** How many parts like this one the line stands for. */
  readonly count: number;
}

/**
 * A model as a table of its parts; parts that are alike share a line.
 */
export function tableOf(
  { title, unit, units, root }: ModelDescription,
): string {
  const cells = rowsOf(root).map(({ name, part, count }) => [
    name,
    thousands(count * part.parameters),
    megabytes(count * part.parameters),
    flopsText(count * part.flops / units),
    part.tensors.map(([tensor, shape]) => `${tensor} ${shape}`).join(" "),
  ]);
  const head = ["part", "parameters", "MB", `FLOPs/${unit}`, "tensors"];
  const table = [head, ...cells];
  const isNumeric = (column: number): boolean => column > 0 && column < 4;
  return [title, "", ...alignColumns(table, isNumeric)].join("\n");
}

/** The lines of a part and of all its parts. */
function rowsOf(part: Part, depth = 0, count = 1): Row[] {
  const name = "  ".repeat(depth) + part.name;
  const rows: Row[] = [{ name, part, count }];
  for (const { first, last, members } of alike(part.parts)) {
    const [example] = members;
    const shown = members.length === 1
      ? example!
      : { ...example!, name: `${first} .. ${last} (${members.length})` };
    rows.push(...rowsOf(shown, depth + 1, count * members.length));
  }
  return rows;
}

/** Parts in groups of the same form, each group where its first member stands. */
function alike(
  parts: readonly Part[],
): { first: string; last: string; members: Part[] }[] {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const form = formOf(part);
    // Only what is numbered: two parts with names of their own stay two.
    const key = /\d$/.test(part.name) ? form : part.name;
    groups.set(key, [...groups.get(key) ?? [], part]);
  }
  return [...groups.values()].map((members) => ({
    first: members[0]!.name,
    last: members.at(-1)!.name,
    members,
  }));
}

function formOf({ tensors, parts }: Part): string {
  return JSON.stringify([
    tensors,
    parts.map((part) => [part.name, formOf(part)]),
  ]);
}

function thousands(count: number): string {
  return count.toLocaleString("en-US");
}

function megabytes(count: number): string {
  return (count * BYTES_PER_ELEMENT.float32 / 1e6).toFixed(2);
}

/**
 * `1234567` -> `1.23 M`.
 *
 * @example
 * ```ts
 * import { flopsText } from "lib/recipes/describe/table.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(flopsText(1_234_567), "1.23 M");
 * ```
 */
export function flopsText(flops: number): string {
  if (flops === 0) return "-";
  const step = Math.max(0, Math.min(4, Math.floor(Math.log10(flops) / 3)));
  const digits = step === 0 ? 0 : 2;
  return `${(flops / 1000 ** step).toFixed(digits)} ${" kMGT"[step]}`.trim();
}
