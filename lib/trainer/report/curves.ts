import { escapeHtml, scriptJson, sequentialColours } from "../../core/mod.ts";

/** One line of a plot. */
export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  /** As many as x. Values that are not finite leave a gap. */
  readonly y: readonly number[];
}

/** One plot. */
export interface Curve {
  readonly title: string;
  readonly xLabel: string;
  /** With its unit: "loss (nats)". */
  readonly yLabel: string;
  /** Whether the y axis is logarithmic, default false; then only y > 0 shows. */
  readonly logY?: boolean;
  /** Whether the series are in an order, such as noise levels; default false. */
  readonly ordered?: boolean;
  readonly series: readonly Series[];
}

/** Significant digits of fractions: far below a pixel. */
const DIGITS = 6;

/** Empty frames for the plots, drawn by the script; empty without plots. */
export function curvesSection(curves: readonly Curve[]): string {
  if (curves.length === 0) return "";
  const cards = curves.map(({ title }, i) =>
    `<section class="card"><h3>${escapeHtml(title)}</h3>` +
    `<div class="plot" id="plot-${i}"></div></section>`
  );
  return `<h2>Curves</h2>
<div class="curves">
${cards.join("\n")}
</div>
<noscript><p>The curves need JavaScript.</p></noscript>`;
}

/**
 * The numbers of the plots and the library that draws them; empty without
 * plots.
 *
 * @throws {TypeError} if a series has more x than y or the reverse
 */
export function curvesData(curves: readonly Curve[]): string {
  if (curves.length === 0) return "";
  return `<script type="application/json" id="curves">${
    scriptJson(curves.map(plotted))
  }</script>
<script>
${plotlySource()}
</script>`;
}

/** A plot as the script of the page reads it; `colours` are those of an order. */
function plotted(curve: Curve): Curve & { readonly colours?: string[] } {
  const { title, xLabel, yLabel, logY = false, ordered, series } = curve;
  return {
    title,
    // Plotly parses labels and names as a subset of HTML.
    xLabel: escapeHtml(xLabel),
    yLabel: escapeHtml(yLabel),
    logY,
    ...(ordered && { colours: sequentialColours(series.length) }),
    series: series.map(({ name, x, y }) => {
      if (x.length !== y.length) {
        throw new TypeError(
          `Cannot plot "${name}" of "${title}": x and y must have equal lengths: ` +
            `current values are ${x.length} and ${y.length}`,
        );
      }
      return { name: escapeHtml(name), x: x.map(short), y: y.map(short) };
    }),
  };
}

/** Rounds a fraction. JSON turns NaN and infinities into null, a gap. */
function short(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}

/** The source of Plotly, escaped for a `<script>` element. */
function plotlySource(): string {
  const url = new URL(import.meta.resolve("plotly.js-basic-dist-min"));
  // Inside a JavaScript string or pattern `<\/` and `<\!` mean the same.
  return Deno.readTextFileSync(url).replace(/<(?=\/script|!--)/gi, "<\\");
}
