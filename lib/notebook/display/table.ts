import { alignColumns, escapeHtml, numberText } from "../../core/mod.ts";
import type { MimeBundle } from "../../formats/notebook/mod.ts";

/** Rows under headings. Numbers are right-aligned, with three digits. */
export interface Table {
  readonly columns: readonly string[];
  /** Each as long as there are columns. */
  readonly rows: readonly (readonly (string | number)[])[];
}

/**
 * A table in all its forms.
 *
 * @throws {TypeError} if a row is longer or shorter than the headings
 */
export function tableBundle({ columns, rows }: Table): MimeBundle {
  rows.forEach((row, i) => {
    if (row.length === columns.length) return;
    throw new TypeError(
      `Cannot show a table: row ${i + 1} must have ${columns.length} values: ` +
        `it has ${row.length}`,
    );
  });
  const texts = rows.map((row) =>
    row.map((value) => typeof value === "number" ? numberText(value) : value)
  );
  return {
    "text/html": htmlTable(columns, rows, texts),
    "text/plain": plainTable(columns, rows, texts),
  };
}

function htmlTable(
  columns: readonly string[],
  rows: Table["rows"],
  texts: readonly (readonly string[])[],
): string {
  const head = columns.map((name) =>
    `<th style="text-align:left">${escapeHtml(name)}</th>`
  );
  const body = texts.map((row, i) => {
    const cells = row.map((text, j) => {
      const side = typeof rows[i]![j] === "number" ? "right" : "left";
      return `<td style="text-align:${side}">${escapeHtml(text)}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<table><thead><tr>${head.join("")}</tr></thead>` +
    `<tbody>${body.join("")}</tbody></table>`;
}

function plainTable(
  columns: readonly string[],
  rows: Table["rows"],
  texts: readonly (readonly string[])[],
): string {
  const widths = columns.map((name, j) =>
    Math.max(name.length, ...texts.map((row) => row[j]!.length))
  );
  return alignColumns(
    [columns, widths.map((width) => "-".repeat(width)), ...texts],
    (column, row) => typeof rows[row - 2]?.[column] === "number",
  ).join("\n");
}
