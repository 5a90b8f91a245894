import assert from "node:assert/strict";
import { dataUrl, escapeHtml, scriptJson } from "lib/notebook/html.ts";

Deno.test("escapeHtml() leaves no character that begins or ends something", () => {
  assert.equal(
    escapeHtml(`<a href="x" title='y'>&`),
    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;",
  );
});

Deno.test("scriptJson() means the same and cannot end its script", () => {
  const text = scriptJson({ a: "</script><!--" });
  assert.doesNotMatch(text, /</);
  assert.deepEqual(JSON.parse(text), { a: "</script><!--" });
});

Deno.test("dataUrl() holds the bytes", async () => {
  const bytes = Uint8Array.of(0, 255, 128);
  const answer = await fetch(dataUrl("image/png", bytes));
  assert.equal(answer.headers.get("content-type"), "image/png");
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), bytes);
});
