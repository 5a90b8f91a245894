import type { MimeBundle } from "../../formats/notebook/mod.ts";
import { dataUrl, escapeHtml, sequentialColours } from "../../core/mod.ts";
import { plotScript } from "./plotly.ts";
import { staticPlot } from "./static_plot.ts";

/** One set of points. Values that are not finite leave a gap. */
export interface FigureSeries {
  readonly name: string;
  readonly x: readonly number[];
  /** As many as x. */
  readonly y: readonly number[];
  /** Default "line". */
  readonly kind?: "line" | "points" | "bars";
}

/** A plot. All texts are plain text. */
export interface Figure {
  readonly title: string;
  readonly xLabel: string;
  /** With its unit: "loss (nats)". */
  readonly yLabel: string;
  /** Whether the y axis is logarithmic, default false; then only y > 0 shows. */
  readonly logY?: boolean;
  /** Whether the series are in an order, such as noise levels; default false. */
  readonly ordered?: boolean;
  readonly series: readonly FigureSeries[];
}

/** Pixels of a plot's height. */
const HEIGHT = 380;

/**
 * A plot in all its forms: Plotly draws it where scripts run, in place of a
 * static picture of the same.
 *
 * The library itself must be in the page once, before or after: see
 * {@link plotlyBundle}.
 *
 * @param id Of the element in the page.
 * @throws {TypeError} if a series has more x than y or fewer
 */
export function figureBundle(figure: Figure, id: string): MimeBundle {
  for (const { name, x, y } of figure.series) {
    if (x.length === y.length) continue;
    throw new TypeError(
      `Cannot plot "${name}" of "${figure.title}": it needs as many x as y: ` +
        `current counts are ${x.length} and ${y.length}`,
    );
  }
  const svg = staticPlot(figure);
  const picture = dataUrl("image/svg+xml", new TextEncoder().encode(svg));
  const label = escapeHtml(figure.title);
  return {
    "text/html": `<div id="${id}" style="max-width:900px">` +
      `<img src="${picture}" alt="${label}" style="max-width:100%"></div>
${plotScript(id, tracesOf(figure), { ...layoutOf(figure), height: HEIGHT })}`,
    "image/svg+xml": svg,
    "text/plain": summaryOf(figure),
  };
}

function tracesOf({ series, ordered = false }: Figure): object[] {
  const colours = ordered ? sequentialColours(series.length) : [];
  return series.map(({ name, x, y, kind = "line" }, i) => ({
    name: escapeHtml(name), // Plotly takes names as a small dialect of HTML
    x,
    y, // JSON turns NaN and infinities into null, a gap
    type: kind === "bars" ? "bar" : "scatter",
    ...(kind === "bars" ? {} : { mode: kind === "line" ? "lines" : "markers" }),
    ...(ordered && {
      line: { color: colours[i] },
      marker: { color: colours[i] },
    }),
  }));
}

function layoutOf({ title, xLabel, yLabel, logY = false }: Figure): object {
  return {
    title: { text: escapeHtml(title) },
    xaxis: { title: { text: escapeHtml(xLabel) } },
    yaxis: {
      title: { text: escapeHtml(yLabel) },
      type: logY ? "log" : "linear",
    },
    margin: { t: 50, r: 20, b: 50, l: 70 },
  };
}

/** The plain text of a plot. */
function summaryOf({ title, series }: Figure): string {
  const ends = series.map(({ name, y }) => {
    const known = y.filter(Number.isFinite);
    const [first, last] = [known[0], known.at(-1)];
    return first === undefined || last === undefined
      ? `${name}: no values`
      : `${name}: ${short(first)} -> ${short(last)} (${known.length} values)`;
  });
  return `[plot] ${title}: ${ends.join("; ")}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
