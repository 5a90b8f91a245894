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

/**
 * Stacked bars of memory, each as wide as its share of the largest, with a legend
 * that names every part and its size; empty without bars.
 */
export function memorySection(bars: readonly MemoryBar[]): string {
  if (bars.length === 0) return "";
  const totals = bars.map(totalOf);
  const largest = Math.max(...totals);
  const rows = bars.map(({ title, parts }, i) => {
    const pieces = parts.map(({ name, bytes }, place) => {
      const text = `${name}: ${bytesText(bytes)}`;
      const width = (100 * bytes / largest).toFixed(2);
      return `<span class="part part${
        place % COLOURS
      }" style="width:${width}%" ` +
        `title="${escapeHtml(text)}"></span>`;
    });
    const legend = parts.map(({ name, bytes }, place) =>
      `<li class="part${place % COLOURS}">${escapeHtml(name)} ` +
      `${bytesText(bytes)}</li>`
    );
    return `<h3>${escapeHtml(title)}: ${bytesText(totals[i]!)}</h3>
<div class="bar" role="img" aria-label="${escapeHtml(memoryText(bars[i]!))}">${
      pieces.join("")
    }</div>
<ul class="legend">${legend.join("")}</ul>`;
  });
  return `<h2>Memory</h2>\n<div class="memory">\n${rows.join("\n")}\n</div>`;
}

/** A bar as one line: `phase1: 1.20 GB: parameters 34.0 MB, ...`. */
export function memoryText({ title, parts }: MemoryBar): string {
  const listed = parts.map(({ name, bytes }) => `${name} ${bytesText(bytes)}`);
  return `${title}: ${bytesText(totalOf({ title, parts }))}: ${
    listed.join(", ")
  }`;
}

/** Colours of the page's series. */
const COLOURS = 8;

function totalOf({ parts }: MemoryBar): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}
