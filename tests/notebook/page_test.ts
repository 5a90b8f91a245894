import assert from "node:assert/strict";
import {
  type CodeCell,
  newNotebook,
  type Output,
} from "lib/formats/notebook/mod.ts";
import { notebookPage } from "lib/notebook/mod.ts";

function pageOf(...outputs: Output[]): string {
  const notebook = newNotebook([
    { cell_type: "markdown", source: "# A *b*" },
    { cell_type: "code", source: "a < b && c;" },
  ]);
  const [text, cell] = notebook.cells;
  const run = { ...cell as CodeCell, execution_count: 3, outputs };
  return notebookPage({ ...notebook, cells: [text!, run] }, "<title>");
}

Deno.test("notebookPage() shows text as HTML and source as source", () => {
  const html = pageOf();
  assert.match(html, /<title>&lt;title&gt;<\/title>/);
  assert.match(html, /<h1>A <em>b<\/em><\/h1>/);
  assert.match(html, /data-count="3">a &lt; b &amp;&amp; c;<\/pre>/);
});

Deno.test("notebookPage() takes the best form of an output", () => {
  const show = (data: Record<string, string>): string =>
    pageOf({ output_type: "display_data", metadata: {}, data });
  assert.match(
    show({ "text/plain": "no", "text/html": "<i>yes</i>" }),
    /<div class="output"><i>yes<\/i><\/div>/,
  );
  assert.match(
    show({ "text/plain": "no", "image/png": "AQ\nID\n" }),
    /<img src="data:image\/png;base64,AQID"/,
  );
  assert.match(show({ "text/plain": "1 < 2" }), /<pre class="plain">1 &lt; 2</);
});

Deno.test("notebookPage() shows streams and errors without the colours of terminals", () => {
  const html = pageOf(
    {
      output_type: "stream",
      name: "stderr",
      text: ["\u001b[31mred\u001b[39m"],
    },
    {
      output_type: "error",
      ename: "E",
      evalue: "bad",
      traceback: ["E: <bad>"],
    },
  );
  assert.match(html, /<pre class="stderr">red<\/pre>/);
  assert.match(html, /<pre class="error">E: &lt;bad&gt;<\/pre>/);
});
