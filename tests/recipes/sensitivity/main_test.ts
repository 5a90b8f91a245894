import assert from "node:assert/strict";
import { sensitivityFigure } from "lib/recipes/sensitivity/main.ts";

Deno.test("sensitivityFigure() has a line for each damage", () => {
  const svg = sensitivityFigure({
    noise: [1, 2, 4, 80],
    blur: [1, 1, 2, 3],
  }, 64);
  assert.match(svg, /FWD between 64 real clips and 64 others/);
  assert.equal(svg.match(/stroke-width="2"/g)?.length, 2);
  assert.match(svg, />noise</);
  assert.match(svg, />blur</);
});
