import page from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };
import { curvesData, curvesSection } from "./curves.ts";
import { escapeHtml } from "../../core/mod.ts";
import { mediaSection } from "./media.ts";
import { type Table, tablesSection } from "./tables.ts";
import { verdictsSection, verdictSummary } from "./verdicts.ts";
import type { Curve } from "./curves.ts";
import type { Medium } from "./media.ts";
import type { Verdict } from "./verdicts.ts";

/** What {@link htmlReport} shows. Every text is plain text, not HTML. */
export interface Report {
  readonly title: string;
  readonly subtitle: string;
  /** Short facts: `["Parameters", "1.2 M"]`. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly verdicts: readonly Verdict[];
  /** Below the verdicts; none if absent. */
  readonly tables?: readonly Table[];
  readonly curves: readonly Curve[];
  readonly media: readonly Medium[];
}

/** Nothing may be fetched: all that the page needs is in the page. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; " +
  "style-src 'unsafe-inline'; img-src data: blob:; media-src data:";

/**
 * Makes a report as one HTML file that needs no network: style, curves and
 * media are inside. It follows the reader's light or dark theme and the width
 * of the screen. With curves it is 1.1 MB larger, for Plotly.
 *
 * @throws {TypeError} if a series has more x than y or the reverse, or the mime
 *   type of a medium does not fit its kind
 *
 * @example
 * ```ts
 * import { htmlReport } from "lib/trainer/report/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const html = htmlReport({
 *   title: "Tiny run",
 *   subtitle: "Moving digits, 16 frames",
 *   facts: [["Parameters", "12,345"]],
 *   verdicts: [{ name: "Loss", value: "0.12", rule: "below 0.2", passed: true }],
 *   curves: [],
 *   media: [],
 * });
 * assert.match(html, /<h1>Tiny run<\/h1>/);
 * assert.match(html, /All of 1 passed/);
 * ```
 */
export function htmlReport(
  { title, subtitle, facts, verdicts, tables = [], curves, media }: Report,
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
${style}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="subtitle">${escapeHtml(subtitle)}</p>
${verdictSummary(verdicts)}
</header>
${factsSection(facts)}
${verdictsSection(verdicts)}
${tablesSection(tables)}
${mediaSection(media)}
${curvesSection(curves)}
</main>
${curvesData(curves)}
<script type="module">
${page}</script>
</body>
</html>
`;
}

function factsSection(facts: Report["facts"]): string {
  if (facts.length === 0) return "";
  const items = facts.map(([label, value]) =>
    `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`
  );
  return `<dl class="facts">\n${items.join("\n")}\n</dl>`;
}
