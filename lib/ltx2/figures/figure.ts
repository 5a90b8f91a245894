/** A figure of Plotly as plain data. */
export interface Figure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>> & {
    readonly title: { readonly text: string; readonly [more: string]: unknown };
    /** Pixels. */
    readonly height: number;
  };
}

/** Colours that colour-blind readers can tell apart. */
export const COLOURS = {
  blue: "#2a6fbb",
  orange: "#e07b39",
  green: "#2e9e77",
  yellow: "#d9a400",
  purple: "#8a5fb5",
  grey: "#8c8c8c",
  light: "#c9d6e5",
  red: "#c0392b",
} as const;

/** Layout shared by all figures: size, margins, fonts. */
export function layoutOf(
  title: string,
  more: Readonly<Record<string, unknown>> & { readonly height?: number },
): Figure["layout"] {
  return {
    title: { text: title, x: 0, xanchor: "left", font: { size: 16 } },
    height: 420,
    margin: { l: 70, r: 30, t: 84, b: 60 },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    font: { family: "sans-serif", size: 13, color: "#222222" },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
    ...more,
  };
}

/** An axis with a title and pale lines. */
export function axisOf(
  title: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    title: { text: title },
    gridcolor: "#e6e6e6",
    zerolinecolor: "#bbbbbb",
    ...more,
  };
}
