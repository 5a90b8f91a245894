import assert from "node:assert/strict";
import { dataUrl, escapeHtml, htmlPage, scriptJson } from "lib/core/mod.ts";

Deno.test("escapeHtml() replaces all five characters with a meaning, everywhere", () => {
  assert.equal(
    escapeHtml(`<a href="x" title='y'>&amp;</a>`),
    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;",
  );
  assert.equal(escapeHtml("PSNR 31.2 dB, é ✓"), "PSNR 31.2 dB, é ✓");
});

Deno.test("scriptJson() cannot end its script element, and loses nothing", () => {
  const value = { a: ["</script>", "<!--<script>", "<".repeat(3)], n: 1 };
  const text = scriptJson(value);
  assert.ok(!text.includes("<"));
  assert.deepEqual(JSON.parse(text), value);
});

Deno.test("dataUrl() holds the bytes", async () => {
  const bytes = Uint8Array.of(0, 255, 128);
  const answer = await fetch(dataUrl("image/png", bytes));
  assert.equal(answer.headers.get("content-type"), "image/png");
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), bytes);
});

Deno.test("htmlPage() escapes the title, and no more", () => {
  const page = htmlPage({
    title: "a < b",
    head: ['<meta http-equiv="refresh" content="5">'],
    style: "p { margin: 0 }\n",
    body: "<p>c</p>",
  });
  assert.match(page, /^<!doctype html>\n<html lang="en">\n<head>\n/);
  assert.ok(page.includes("<title>a &lt; b</title>\n<style>\np { margin"));
  assert.ok(page.includes('content="5">\n<meta name="viewport"'));
  assert.match(page, /<body>\n<p>c<\/p>\n<\/body>\n<\/html>\n$/);
});
