import { marked } from "marked";
import style from "./page.css" with { type: "text" };
import {
  type Cell,
  isCode,
  type MimeBundle,
  type Notebook,
  type Output,
  sourceOf,
} from "../formats/notebook/mod.ts";
import { escapeHtml, htmlPage } from "../core/mod.ts";

/** Mime types of outputs and their HTML, the best first. */
const FORMS: readonly (readonly [mime: string, (data: string) => string])[] = [
  ["text/html", (html) => html],
  ["image/svg+xml", (svg) => svg],
  ["image/png", (png) => picture("image/png", png)],
  ["image/jpeg", (jpeg) => picture("image/jpeg", jpeg)],
  ["image/gif", (gif) => picture("image/gif", gif)],
  ["text/markdown", (text) => marked.parse(text, { async: false })],
  ["text/plain", (text) => preformatted(text)],
];

/**
 * A notebook as one page that needs neither Jupyter nor a network: text, code
 * and all outputs; plots and videos stay alive in it.
 *
 * Outputs are trusted, scripts included: the notebook is the user's own.
 */
export function notebookPage(notebook: Notebook, title: string): string {
  return htmlPage({
    title,
    style,
    body: `<main>\n${notebook.cells.map(cellHtml).join("\n")}\n</main>`,
  });
}

function cellHtml(cell: Cell): string {
  const source = sourceOf(cell);
  if (cell.cell_type === "markdown") {
    return `<section>${marked.parse(source, { async: false })}</section>`;
  }
  if (!isCode(cell)) return `<section>${preformatted(source)}</section>`;
  const count = cell.execution_count ?? " ";
  return `<section class="code"><pre class="source" data-count="${count}">` +
    `${escapeHtml(source)}</pre>${cell.outputs.map(outputHtml).join("\n")}` +
    "</section>";
}

function outputHtml(output: Output): string {
  switch (output.output_type) {
    case "stream":
      return preformatted(textOf(output.text), output.name);
    case "error":
      return preformatted(
        output.traceback.length > 0
          ? output.traceback.join("\n")
          : `${output.ename}: ${output.evalue}`,
        "error",
      );
    case "display_data":
    case "execute_result":
      return shown(output.data);
  }
}

function shown(data: MimeBundle): string {
  for (const [mime, html] of FORMS) {
    const value = data[mime];
    if (value === undefined) continue;
    const text = textOf(value as string | string[]);
    return text === "" ? "" : `<div class="output">${html(text)}</div>`;
  }
  return "";
}

function textOf(text: string | readonly string[]): string {
  return typeof text === "string" ? text : text.join("");
}

function picture(mime: string, base64: string): string {
  return `<img src="data:${mime};base64,${
    base64.replaceAll(/\s/g, "")
  }" alt="">`;
}

function preformatted(text: string, kind = "plain"): string {
  // deno-lint-ignore no-control-regex -- colours of a terminal begin with escape
  const plain = text.replaceAll(/\u001b\[[0-9;]*m/g, "");
  return plain === ""
    ? ""
    : `<pre class="${escapeHtml(kind)}">${escapeHtml(plain)}</pre>`;
}
