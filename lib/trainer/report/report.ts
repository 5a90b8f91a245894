import page from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };
import { escapeHtml, htmlPage } from "../../core/mod.ts";
import { type Curve, curvesData, curvesSection } from "./curves.ts";
import { mediaSection, type Medium } from "./media.ts";
import { type MemoryBar, memorySection } from "./memory_bar.ts";
import {
  type Table,
  tablesSection,
  type Verdict,
  verdictsSection,
  verdictSummary,
} from "./tables.ts";

/** Content of a report. All strings are plain text, not HTML. */
export interface Report {
  readonly title: string;
  readonly subtitle: string;
  /** The page loads itself again after so many seconds; default: never. */
  readonly refreshSeconds?: number;
  /** Short facts: `["Parameters", "1.2 M"]`. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly verdicts: readonly Verdict[];
  /** Stacked bars, shown below the facts. */
  readonly memory?: readonly MemoryBar[];
  /** Shown below the verdicts. */
  readonly tables?: readonly Table[];
  readonly curves: readonly Curve[];
  readonly media: readonly Medium[];
}

/** Forbids all requests: the page is self-contained. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; " +
  "style-src 'unsafe-inline'; img-src data: blob:; media-src data:";

/**
 * Renders a report as one HTML page that needs no network: style, curves and
 * media are embedded. It adapts to light and dark themes and to the width of the
 * screen. Curves add 1.1 MB, for Plotly.
 *
 * @throws {TypeError} if x and y of a series differ in length, or the MIME type
 *   of a medium does not match its kind
 */
export function htmlReport(
  {
    title,
    subtitle,
    facts,
    verdicts,
    memory = [],
    tables = [],
    curves,
    media,
    ...rest
  }: Report,
): string {
  const { refreshSeconds } = rest;
  const refresh = refreshSeconds === undefined
    ? []
    : [`<meta http-equiv="refresh" content="${refreshSeconds}">`];
  const body = `<main>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="subtitle">${escapeHtml(subtitle)}</p>
${verdictSummary(verdicts)}
</header>
${factsSection(facts)}
${memorySection(memory)}
${verdictsSection(verdicts)}
${tablesSection(tables)}
${mediaSection(media)}
${curvesSection(curves)}
</main>
${curvesData(curves)}
<script type="module">
${page}</script>`;
  return htmlPage({
    title,
    head: [
      `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
      ...refresh,
    ],
    style,
    body,
  });
}

function factsSection(facts: Report["facts"]): string {
  if (facts.length === 0) return "";
  const items = facts.map(([label, value]) =>
    `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`
  );
  return `<dl class="facts">\n${items.join("\n")}\n</dl>`;
}
