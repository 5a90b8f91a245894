import { escapeHtml, scriptJson } from "../../core/mod.ts";
import type { MimeBundle } from "../../formats/notebook/mod.ts";

/**
 * A plot in Plotly's own format, for features that a {@link Figure} lacks: stacks,
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
 * A plot that Plotly draws where scripts run, and its title elsewhere. Plotly
 * takes texts as a small dialect of HTML: untrusted texts must be escaped.
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

/**
 * Plotly itself, 1.1 MB, once for each page. It would register with a module
 * loader, and that of Notebook 6 refuses it: the loader's names are shadowed.
 *
 * @param source The text of the library, a script.
 */
export function plotlyBundle(source: string): MimeBundle {
  // Inside a JavaScript string or pattern `<\/` and `<\!` mean the same.
  const safe = source.replace(/<(?=\/script|!--)/gi, "<\\");
  return {
    "text/html": `<script>
(function () {
  var define, module, exports;
  ${safe}
}).call(window);
{
  // No list if a cell that opens the display has run before.
  const waiting = window.aiprodPlots;
  window.aiprodPlots = { push: (draw) => draw(window.Plotly) };
  if (Array.isArray(waiting)) waiting.forEach(window.aiprodPlots.push);
}
</script>`,
    "text/plain": "",
  };
}

/** What a plot changes on a dark page. */
const DARK = {
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  "font.color": "#ddd",
  ...Object.fromEntries(
    ["xaxis", "yaxis"].flatMap((axis) => [
      [`${axis}.gridcolor`, "#444"],
      [`${axis}.zerolinecolor`, "#666"],
    ]),
  ),
};

/**
 * The script that draws a plot into an element, replacing its content, once both
 * the element and the library are in the page.
 *
 * @param id Of the element.
 * @param data Traces, as Plotly names them.
 * @param layout Its height becomes that of the element.
 */
export function plotScript(
  id: string,
  data: readonly object[],
  layout: { readonly height: number },
): string {
  return `<script>
(window.aiprodPlots ||= []).push((Plotly) => {
  // Jupyter says which theme it has; other pages follow the system.
  const isDark = () => {
    const theme = document.body?.dataset.jpThemeLight;
    return theme ? theme === "false"
      : window.matchMedia?.("(prefers-color-scheme: dark)").matches;
  };
  const draw = (tries) => {
    const place = document.getElementById("${id}");
    if (place) {
      place.textContent = "";
      place.style.height = "${layout.height}px";
      Plotly.newPlot(place, ${scriptJson(data)}, ${
    scriptJson(layout)
  }, { responsive: true, displaylogo: false });
      if (isDark()) Plotly.relayout(place, ${scriptJson(DARK)});
    } else if (tries > 0) setTimeout(draw, 50, tries - 1);
  };
  draw(100);
});
</script>`;
}
