import { scriptJson } from "../../core/mod.ts";

/**
 * The script that draws a plot into an element, in place of what stands there,
 * once both the element and the library are in the page.
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
  const draw = (tries) => {
    const place = document.getElementById("${id}");
    if (place) {
      place.textContent = "";
      place.style.height = "${layout.height}px";
      Plotly.newPlot(place, ${scriptJson(data)}, ${
    scriptJson(layout)
  }, { responsive: true, displaylogo: false });
    } else if (tries > 0) setTimeout(draw, 50, tries - 1);
  };
  draw(100);
});
</script>`;
}
