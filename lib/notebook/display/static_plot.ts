import { escapeHtml, sequentialColours } from "../../core/mod.ts";
import type { Figure, FigureSeries } from "./figure.ts";

/** Pixels: the picture, and the frame of the data. */
const SIZE = { width: 800, height: 380 };
const FRAME = { left: 70, right: 780, top: 44, bottom: 330 };

/** Colours of the series in turn, those of Plotly. */
const COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd"];

/** About so many marks on an axis. */
const TICKS = 6;

/** One axis: from values to pixels, and its marks. */
interface Axis {
  /** Undefined for a value without a place, such as 0 on a logarithmic axis. */
  at(value: number): number | undefined;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/**
 * Draws a plot as an SVG picture, without a browser.
 *
 * @example
 * ```ts
 * import { staticPlot } from "lib/notebook/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const svg = staticPlot({
 *   title: "Loss",
 *   xLabel: "step",
 *   yLabel: "loss",
 *   series: [{ name: "training", x: [0, 1, 2], y: [3, 2, 1] }],
 * });
 * assert.match(svg, /^<svg .*width="800"/);
 * ```
 */
export function staticPlot(figure: Figure): string {
  const { title, xLabel, yLabel, logY = false, ordered, series } = figure;
  const colours = ordered ? sequentialColours(series.length) : COLOURS;
  const bars = series.some(({ kind }) => kind === "bars");
  const xs = series.flatMap(({ x }) => x).filter(Number.isFinite);
  const ys = series.flatMap(({ y }) => y)
    .filter((y) => Number.isFinite(y) && (!logY || y > 0));
  const half = bars ? 0.5 : 0; // bars are one unit wide about their x
  const x = linear(
    [min(xs) - half, max(xs) + half],
    [FRAME.left, FRAME.right],
  );
  const range: [number, number] = [FRAME.bottom, FRAME.top];
  const y = logY
    ? logarithmic([min(ys, 1), max(ys, 10)], range)
    : linear([bars ? Math.min(0, min(ys)) : min(ys), max(ys)], range);
  const middle = (FRAME.top + FRAME.bottom) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" ` +
    `height="${SIZE.height}" viewBox="0 0 ${SIZE.width} ${SIZE.height}" ` +
    `font-family="sans-serif" font-size="12" fill="#333">
<rect width="100%" height="100%" fill="#fff"/>
${text(SIZE.width / 2, 22, title, 'text-anchor="middle" font-size="15"')}
${text((FRAME.left + FRAME.right) / 2, 368, xLabel, 'text-anchor="middle"')}
${
      text(
        16,
        middle,
        yLabel,
        `text-anchor="middle" transform="rotate(-90 16 ${middle})"`,
      )
    }
${x.ticks.map(({ at, label }) => xTick(at, label)).join("")}
${y.ticks.map(({ at, label }) => yTick(at, label)).join("")}
${
      series.map((one, i) => drawn(one, colours[i % colours.length]!, x, y))
        .join("\n")
    }
${series.length > 1 ? legend(series, colours) : ""}
</svg>`;
}

function drawn(
  { x, y, kind = "line" }: FigureSeries,
  paint: string,
  xAxis: Axis,
  yAxis: Axis,
): string {
  const places = x.map((value, i) => {
    const place = [xAxis.at(value), yAxis.at(y[i]!)] as const;
    return place[0] === undefined || place[1] === undefined
      ? undefined
      : [place[0], place[1]] as const;
  });
  if (kind === "line") {
    let pen = "M";
    const path = places.map((place) => {
      if (place === undefined) {
        pen = "M"; // a gap
        return "";
      }
      const step = `${pen}${pixel(place[0])} ${pixel(place[1])}`;
      pen = "L";
      return step;
    }).join("");
    return `<path d="${path}" fill="none" stroke="${paint}" stroke-width="2"/>`;
  }
  const known = places.filter((place) => place !== undefined);
  if (kind === "points") {
    return known.map(([px, py]) =>
      `<circle cx="${pixel(px)}" cy="${pixel(py)}" r="3" fill="${paint}"/>`
    ).join("");
  }
  const base = yAxis.at(0) ?? FRAME.bottom;
  const width = Math.abs((xAxis.at(0.8) ?? 0) - (xAxis.at(0) ?? 0));
  return known.map(([px, py]) =>
    `<rect x="${pixel(px - width / 2)}" y="${pixel(Math.min(py, base))}" ` +
    `width="${pixel(width)}" height="${pixel(Math.abs(base - py))}" ` +
    `fill="${paint}"/>`
  ).join("");
}

function linear(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
): Axis {
  const span = high - low || 1; // a single value stands at the beginning
  const at = (value: number): number | undefined =>
    Number.isFinite(value)
      ? from + (value - low) / span * (to - from)
      : undefined;
  const step = niceStep(span / TICKS);
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= low + span; i++) {
    const value = Number((i * step).toPrecision(12)); // 0.3, not 0.30000000000000004
    ticks.push({ at: at(value)!, label: String(value) });
  }
  return { at, ticks };
}

function logarithmic(
  [low, high]: readonly [number, number],
  range: readonly [number, number],
): Axis {
  const first = Math.floor(Math.log10(low));
  const last = Math.max(first + 1, Math.ceil(Math.log10(high)));
  const { at } = linear([first, last], range);
  const every = Math.ceil((last - first) / TICKS);
  const ticks = [];
  for (let power = first; power <= last; power += every) {
    ticks.push({ at: at(power)!, label: `1e${power}` });
  }
  return {
    at: (value) => value > 0 ? at(Math.log10(value)) : undefined,
    ticks,
  };
}

/** The smallest of 1, 2, 5, 10, 20, 50 ... (and tenths) that is not below. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power)
    .find((step) => step >= least) ?? 10 * power;
}

function xTick(at: number, label: string): string {
  return line(at, FRAME.top, at, FRAME.bottom) +
    text(at, FRAME.bottom + 16, label, 'text-anchor="middle"');
}

function yTick(at: number, label: string): string {
  return line(FRAME.left, at, FRAME.right, at) +
    text(FRAME.left - 6, at + 4, label, 'text-anchor="end"');
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${pixel(x1)} ${pixel(y1)}L${pixel(x2)} ${pixel(y2)}" ` +
    'stroke="#ddd"/>';
}

function legend(
  series: readonly FigureSeries[],
  colours: readonly string[],
): string {
  return series.map(({ name }, i) => {
    const y = FRAME.top + 14 + 16 * i;
    return `<rect x="${FRAME.right - 150}" y="${y - 9}" width="10" ` +
      `height="10" fill="${colours[i % colours.length]}"/>${
        text(FRAME.right - 135, y, name)
      }`;
  }).join("");
}

function text(x: number, y: number, words: string, more = ""): string {
  return `<text x="${pixel(x)}" y="${pixel(y)}" ${more}>` +
    `${escapeHtml(words)}</text>`;
}

function pixel(value: number): string {
  return String(Number(value.toFixed(1)));
}

// Not Math.min(...values): a long series would overflow the stack.
function min(values: readonly number[], none = 0): number {
  return values.length === 0 ? none : values.reduce((a, b) => Math.min(a, b));
}

function max(values: readonly number[], none = 1): number {
  return values.length === 0 ? none : values.reduce((a, b) => Math.max(a, b));
}
