/** Units of time, longest first. */
const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/**
 * Prints a time in its two largest units, rounded to whole seconds.
 *
 * @param seconds Finite, at least 0.
 */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const first = UNITS.findIndex(([, size]) => whole >= size);
  if (first === -1) return "0 s";
  let rest = whole;
  const parts: string[] = [];
  for (const [name, size] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${name}`);
    rest -= count * size;
  }
  return parts.join(" ");
}

/**
 * Reads a finite decimal number, such as `-1.5` or `1e-4`; undefined for any other
 * text, also for an empty one, blanks, `0x10` and `1e400`, which `Number` takes.
 */
export function decimalNumber(text: string): number | undefined {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Prints a whole number with separators of thousands: 202,881. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/**
 * Prints a measured number: whole ones in full, with separators of thousands from
 * 10,000 on, others with 3 significant digits.
 */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) {
    const whole = Math.round(value);
    return Math.abs(whole) >= 10_000 ? grouped(whole) : String(whole);
  }
  return String(Number(value.toPrecision(3)));
}

/**
 * Breaks a line at its spaces: Jupyter breaks longer ones inside numbers.
 *
 * @param width Characters of a line at most; a longer word stands alone.
 *
 * @example
 * ```ts
 * import { wrapLine } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(wrapLine("parameters 34.0 MB, moments", 20), "parameters 34.0 MB,\n  moments");
 * ```
 */
export function wrapLine(line: string, width: number): string {
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines.splice(-1, 1, longer);
    else lines.push(lines.length > 0 ? `  ${word}` : word);
  }
  return lines.join("\n");
}

/** Prints bytes with three digits and a unit, powers of 1000. */
export function bytesText(bytes: number): string {
  const rounded = Number(bytes.toPrecision(3));
  const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
  const power = rounded < 1 ? 0 : Math.floor(Math.log10(rounded) / 3);
  const value = rounded / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power]}`;
}

/**
 * Aligns the columns of rows of equal length, two spaces apart.
 *
 * @param isRight Whether a cell is aligned to the right.
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  isRight: (column: number, row: number) => boolean,
): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  return rows.map((row, i) =>
    row.map((cell, column) =>
      isRight(column, i)
        ? cell.padStart(widths[column]!)
        : cell.padEnd(widths[column]!)
    ).join("  ").trimEnd()
  );
}
