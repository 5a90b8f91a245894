import type { MimeBundle } from "../../formats/notebook/mod.ts";
import { escapeHtml } from "../../core/mod.ts";
import { plotScript } from "./_plot_script.ts";

/**
 * A plot in Plotly's own words, for what a {@link Figure} cannot say: stacks,
 * categories, marks.
 */
export interface PlotlyFigure {
  /** Traces of scatter, bar or pie. */
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>> & {
    readonly title: { readonly text: string; readonly [more: string]: unknown };
    /** Pixels. */
    readonly height: number;
  };
}

/**
 * A plot that Plotly draws where scripts run, and whose title is all that is
 * shown where they do not. Plotly takes texts as a small dialect of HTML: those
 * that come from outside must be escaped before.
 *
 * @param id Of the element in the page.
 */
export function plotlyFigureBundle(
  { data, layout }: PlotlyFigure,
  id: string,
): MimeBundle {
  const { text } = layout.title;
  return {
    "text/html": `<div id="${id}" style="max-width:900px">` +
      `${escapeHtml(text)}</div>\n${plotScript(id, data, layout)}`,
    "text/plain": `[plot] ${text}`,
  };
}
