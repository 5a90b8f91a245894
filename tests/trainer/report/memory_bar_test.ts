import assert from "node:assert/strict";
import { memorySection, memoryText } from "lib/trainer/report/mod.ts";

const BAR = {
  title: "phase1",
  parts: [
    { name: "parameters", bytes: 3e6 },
    { name: "moments <2>", bytes: 1e6 },
  ],
};

Deno.test("memorySection() stacks parts by their share of the largest bar", () => {
  const html = memorySection([
    BAR,
    { title: "vae", parts: [{ name: "parameters", bytes: 8e6 }] },
  ]);
  const widths = [...html.matchAll(/width:([\d.]+)%/g)].map(([, w]) => w);
  assert.deepEqual(widths, ["37.50", "12.50", "100.00"]);
  assert.match(html, /<h3 .*>phase1: 4\.00 MB<\/h3>/);
  assert.match(html, /<li>.*moments &lt;2&gt; 1\.00 MB<\/li>/);
  assert.equal(memorySection([]), "");
});

Deno.test("memoryText() is the bar in one line", () => {
  assert.equal(
    memoryText(BAR),
    "phase1: 4.00 MB: parameters 3.00 MB, moments <2> 1.00 MB",
  );
});
