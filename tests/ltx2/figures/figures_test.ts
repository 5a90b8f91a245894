import assert from "node:assert/strict";
import {
  attentionNameAccount,
  attentionNamesFigure,
  costFigure,
  decisionsOf,
  type Figure,
  LTX2,
  memoryFigure,
  parametersFigure,
  savingsFigure,
  sharesFigure,
} from "lib/ltx2/mod.ts";
import { baseModel } from "lib/recipes/analyze/mod.ts";

const own = baseModel();
const FIGURES: readonly Figure[] = [
  parametersFigure(LTX2),
  attentionNamesFigure(attentionNameAccount(LTX2, 42)),
  sharesFigure(LTX2.video.width, 1024),
  costFigure(own),
  memoryFigure(own),
  savingsFigure(decisionsOf(own)),
];

Deno.test("figures are plain data: JSON loses nothing of them, and no number is missing", () => {
  for (const figure of FIGURES) {
    assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
    assert.ok(!/null/.test(JSON.stringify(figure)), figure.layout.title.text);
    for (const { x, y } of figure.data) {
      const columns = Array.isArray((x as unknown[])[0])
        ? (x as unknown[][])[0]!
        : x as unknown[];
      assert.equal(columns.length, (y as unknown[]).length);
    }
  }
});

Deno.test("attentionNamesFigure() lays the parts end to end", () => {
  const { x, base } = FIGURES[1]!.data[0] as unknown as {
    x: number[];
    base: number[];
  };
  // From below: the sum, scales, connectors, blocks; modules stand apart.
  assert.deepEqual(base.slice(0, 4).map((begin, i) => begin + x[i]!), [
    4936,
    4936,
    2920,
    2880,
  ]);
  assert.deepEqual(base, [0, 2920, 2880, 0, 0]);
});

Deno.test("costFigure() marks phases of equal size once", () => {
  const { annotations } = FIGURES[3]!.layout as unknown as {
    annotations: { text: string; x: number }[];
  };
  assert.deepEqual(
    annotations.map(({ text, x }) => [text, 10 ** x].map(String)),
    [
      ["phase 1", String(10 ** Math.log10(1024))],
      ["phase 2", String(10 ** Math.log10(2400))],
      ["phase 3, 4, 5", String(10 ** Math.log10(4608))],
    ],
  );
});

Deno.test("memoryFigure() stacks what its totals say", () => {
  const { data } = FIGURES[4]!;
  const totals = (data.at(-1)!["text"] as string[]).map(Number);
  totals.forEach((total, i) => {
    const sum = data.slice(0, -1)
      .reduce((sum, { y }) => sum + (y as number[])[i]!, 0);
    assert.ok(Math.abs(sum - total) <= 0.05, `${sum} and ${total}`);
  });
});
