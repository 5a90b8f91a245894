import { escapeHtml } from "../../core/mod.ts";

/** A table of text cells. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** As many cells as columns; the first names the row. */
  readonly rows: readonly (readonly string[])[];
}

/** Tables, each under its title. */
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

/** A rule of a run and whether the run passed it. */
export interface Verdict {
  /** Measure: "Frame PSNR". */
  readonly name: string;
  /** Measured value: "31.2 dB". */
  readonly value: string;
  /** Rule: "at least 30 dB". */
  readonly rule: string;
  readonly passed: boolean;
}

/** One line with the number of failed rules; empty without rules. */
export function verdictSummary(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "";
  const failed = verdicts.filter(({ passed }) => !passed).length;
  const text = failed === 0
    ? `All of ${verdicts.length} passed`
    : `${failed} of ${verdicts.length} failed`;
  return `<p class="summary">${mark(failed === 0, text)}</p>`;
}

/** A table of the rules; empty without rules. */
export function verdictsSection(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "";
  const rows = verdicts.map(({ name, value, rule, passed }) =>
    `<tr><th scope="row">${escapeHtml(name)}</th>` +
    `<td class="value">${escapeHtml(value)}</td>` +
    `<td class="rule">${escapeHtml(rule)}</td>` +
    `<td class="state">${mark(passed, passed ? "passed" : "failed")}</td></tr>`
  );
  return `<h2>Verdicts</h2>
<table>
<thead><tr><th scope="col">Measure</th><th scope="col">Found</th>` +
    `<th scope="col">Rule</th><th scope="col">Verdict</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>`;
}

/** Sign, word and colour: legible without colour vision. */
function mark(passed: boolean, text: string): string {
  return passed
    ? `<span class="mark passed">✓ ${text}</span>`
    : `<span class="mark failed">✗ ${text}</span>`;
}
