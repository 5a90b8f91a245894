import assert from "node:assert/strict";
import { escapeHtml, scriptJson } from "lib/trainer/report/mod.ts";

Deno.test("escapeHtml() replaces all five characters that HTML reads, everywhere", () => {
  assert.equal(
    escapeHtml(`<a href="x" title='y'>&amp;</a>`),
    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;",
  );
  assert.equal(escapeHtml("PSNR 31.2 dB, é ✓"), "PSNR 31.2 dB, é ✓");
});

Deno.test("scriptJson() leaves no way out of a script element, and loses nothing", () => {
  const value = { a: ["</script>", "<!--<script>", "<".repeat(3)], n: 1 };
  const text = scriptJson(value);
  assert.ok(!text.includes("<"));
  assert.deepEqual(JSON.parse(text), value);
});
