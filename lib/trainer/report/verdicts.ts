import { escapeHtml } from "../../core/mod.ts";

/** One rule that a run had to keep, and whether it did. */
export interface Verdict {
  /** What was measured: "Frame PSNR". */
  readonly name: string;
  /** What was found: "31.2 dB". */
  readonly value: string;
  /** What was asked for: "at least 30 dB". */
  readonly rule: string;
  readonly passed: boolean;
}

/** One line that says how many rules were kept; nothing if there are none. */
export function verdictSummary(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "";
  const failed = verdicts.filter(({ passed }) => !passed).length;
  const text = failed === 0
    ? `All of ${verdicts.length} passed`
    : `${failed} of ${verdicts.length} failed`;
  return `<p class="summary">${mark(failed === 0, text)}</p>`;
}

/** A table of the rules; nothing if there are none. */
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

/** Sign, word and colour, so that nobody has to tell green from red. */
function mark(passed: boolean, text: string): string {
  return passed
    ? `<span class="mark passed">✓ ${text}</span>`
    : `<span class="mark failed">✗ ${text}</span>`;
}
