import { escapeHtml } from "../../core/mod.ts";

/** A table of texts. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** As many cells as columns; the first names the row. */
  readonly rows: readonly (readonly string[])[];
}

/** The tables, each under its title; nothing if there are none. */
export function tablesSection(tables: readonly Table[]): string {
  return tables.map(({ title, columns, rows }) => {
    const head = columns.map((name) =>
      `<th scope="col">${escapeHtml(name)}</th>`
    );
    const body = rows.map(([first = "", ...cells]) =>
      `<tr><th scope="row">${escapeHtml(first)}</th>${
        cells.map((cell) => `<td class="value">${escapeHtml(cell)}</td>`)
          .join("")
      }</tr>`
    );
    return `<h2>${escapeHtml(title)}</h2>
<table>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table>`;
  }).join("\n");
}
