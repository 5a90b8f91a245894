/**
 * The source of Plotly, to stand inside a `<script>` element.
 *
 * Read when a report needs it, so that training without one does not.
 */
export function plotlySource(): string {
  const url = new URL(import.meta.resolve("plotly.js-basic-dist-min"));
  // Inside a JavaScript string or pattern `<\/` and `<\!` mean the same.
  return Deno.readTextFileSync(url).replace(/<(?=\/script|!--)/gi, "<\\");
}
