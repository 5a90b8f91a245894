import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** HTML whose values are escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --blue: #3b73d9; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; font: 15px/1.45 system-ui, sans-serif; }
header { display: flex; gap: 1.25rem; align-items: baseline; border-bottom: 1px solid var(--line); padding-bottom: .5rem; }
header h1 { font-size: 1.15rem; margin: 0; }
header form { margin-left: auto; }
main { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(21rem, 1fr)); margin-top: 1rem; }
section { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; min-width: 0; overflow-x: auto; }
section.wide { grid-column: 1 / -1; }
h2 { font-size: 1rem; margin: 0 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--soft); vertical-align: top; white-space: nowrap; }
th { font-weight: 500; opacity: .7; }
td.n, th.n { text-align: right; }
.prompt { white-space: normal; overflow-wrap: anywhere; }
.numbers { display: flex; flex-wrap: wrap; gap: 1.25rem; }
.numbers div { min-width: 4.5rem; }
.numbers b { display: block; font-size: 1.5rem; font-weight: 600; }
.films { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); }
figure { margin: 0; }
.films video, .films img { width: 100%; border-radius: .35rem; background: var(--soft); image-rendering: auto; }
figcaption { font-size: .85rem; overflow-wrap: anywhere; }
.curves { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
.curves svg { width: 100%; height: auto; background: var(--soft); border-radius: .35rem; }
polyline { fill: none; stroke: var(--blue); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
input, button { font: inherit; padding: .25rem .6rem; }
code { overflow-wrap: anywhere; }
.status-failed { color: #c33; } .status-succeeded { color: #282; } .status-running { color: var(--blue); }
.quiet { opacity: .65; }
`;

/** A whole page. */
export function page(
  title: string,
  body: Html,
  { isOperator, isSignedIn }: {
    readonly isOperator: boolean;
    readonly isSignedIn: boolean;
  },
): Html {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>${title}</title>
        <link rel="icon" href="data:,">
        <style>${raw(STYLE)}</style>
        <script src="/assets/htmx.js" defer></script>
      </head>
      <body>
    <header>
    <h1>AIPROD</h1>
    ${isSignedIn
      ? html`
        <a href="/dashboard">Jobs</a>
        ${isOperator ? html`<a href="/dashboard/runs">Trainings</a>` : ""}
        <a href="/docs">API</a>
        <form method="post"
          action="/dashboard/session/end"><button>Sign out</button></form>
      `
      : ""}
    </header>
    ${body}
      </body>
    </html>
  `;
}

/** A part of a page that is asked for again every few seconds. */
export function livePanel(
  name: string,
  seconds: number,
  content: Html,
): Html {
  // Merged, not replaced: videos play on and what is selected stays.
  return html`
    <div id="${name}" hx-get="/dashboard/panels/${name}"
      hx-trigger="every ${seconds}s" hx-swap="innerMorph">${content}</div>
  `;
}

/** A small table. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly (string | number | Html)[])[],
  empty: string,
): Html {
  if (rows.length === 0) return html`<p class="quiet">${empty}</p>`;
  const isNumber = (column: number): boolean =>
    rows.every((row) => typeof row[column] === "number");
  const mark = columns.map((_, i) => isNumber(i) ? raw(' class="n"') : "");
  return html`
    <table>
      <thead>
        <tr>${columns.map((column, i) =>
          html`<th${mark[i]}>${column}</th>`
        )}</tr>
      </thead>
      <tbody>${rows.map((row) =>
        html`<tr>${
          row.map((cell, i) => html`<td${mark[i]}>${shown(cell)}</td>`)
        }</tr>`
      )}</tbody>
    </table>
  `;
}

function shown(cell: string | number | Html): string | Html {
  return typeof cell === "number"
    ? cell.toLocaleString("en", { maximumFractionDigits: 2 })
    : cell;
}

/** `3 s`, `2 min`, `5 h`, `2 d`. */
export function ageText(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
