import { bytesText, escapeHtml } from "../../core/mod.ts";

/** Memory by its purposes, for a stacked bar. */
export interface MemoryBar {
  readonly title: string;
  /** Parts in order, each above 0 bytes. */
  readonly parts: readonly {
    readonly name: string;
    readonly bytes: number;
  }[];
}

/** The section of memory of a page; empty without bars. */
export function memorySection(bars: readonly MemoryBar[]): string {
  return bars.length === 0 ? "" : `<h2>Memory</h2>\n${memoryHtml(bars)}`;
}

/**
 * Stacked bars of memory, each as wide as its share of the largest, with a legend
 * that names every part and its size. Styles are inline: notebooks have no style
 * sheet of ours.
 */
export function memoryHtml(bars: readonly MemoryBar[]): string {
  const largest = Math.max(...bars.map(totalOf));
  const rows = bars.map((bar) => {
    const pieces = bar.parts.map(({ name, bytes }, place) => {
      const text = `${name}: ${bytesText(bytes)}`;
      const width = (100 * bytes / largest).toFixed(2);
      return `<span style="width:${width}%;background:${colourOf(place)}" ` +
        `title="${escapeHtml(text)}"></span>`;
    });
    const legend = bar.parts.map(({ name, bytes }, place) =>
      `<li><span style="${SWATCH};background:${colourOf(place)}"></span>` +
      `${escapeHtml(name)} ${bytesText(bytes)}</li>`
    );
    return `<h3 style="${HEADING}">${escapeHtml(bar.title)}: ${
      bytesText(totalOf(bar))
    }</h3>
<div style="${STACK}" role="img" aria-label="${escapeHtml(memoryText(bar))}">${
      pieces.join("")
    }</div>
<ul style="${LEGEND}">${legend.join("")}</ul>`;
  });
  return `<div>\n${rows.join("\n")}\n</div>`;
}

const HEADING = "margin:0 0 4px;font-size:0.95rem;font-weight:600";
const STACK =
  "display:flex;height:18px;margin:6px 0 8px;border-radius:4px;overflow:hidden";
const LEGEND =
  "display:flex;flex-wrap:wrap;gap:2px 18px;margin:0 0 16px;padding:0;" +
  "list-style:none;font-size:0.82rem";
const SWATCH = "display:inline-block;width:10px;height:10px;margin-right:6px;" +
  "border-radius:2px";

/** A bar as one line: `phase1: 1.20 GB: parameters 34.0 MB, ...`. */
export function memoryText({ title, parts }: MemoryBar): string {
  const listed = parts.map(({ name, bytes }) => `${name} ${bytesText(bytes)}`);
  return `${title}: ${bytesText(totalOf({ title, parts }))}: ${
    listed.join(", ")
  }`;
}

/** Colours of the page's series, in its light theme. */
const COLOURS = [
  "#2563c9",
  "#d1571b",
  "#14866b",
  "#9141b5",
  "#b98200",
  "#c22f6b",
  "#4f6d7a",
  "#6b7d1f",
];

function colourOf(place: number): string {
  return COLOURS[place % COLOURS.length]!;
}

function totalOf({ parts }: MemoryBar): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}
