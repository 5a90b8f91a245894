import "lib/compiler/eager.ts";
import assert from "node:assert/strict";
import { arraysOf, tensorsOf } from "lib/compiler/mod.ts";
import { isNdArray, leavesOf, Rng } from "lib/core/mod.ts";
import { normal } from "lib/models/layers/mod.ts";
import {
  adapted,
  type Adapter,
  initLora,
  loraScale,
  merged,
} from "lib/models/lora/mod.ts";

const rng = new Rng(1);
/** A block with a convolution, as paths of the backbone have it. */
const model = {
  backbone: {
    layers: {
      block00: {
        conv: {
          weight: normal(rng, [3, 3, 3, 2, 4], 1),
          bias: normal(rng, [4], 1),
        },
        up: { weight: normal(rng, [4, 6], 1), bias: normal(rng, [6], 1) },
      },
    },
  },
};
const config = { rank: 2, alpha: 6, targets: ["cnn"] };

Deno.test("initLora() makes factors of folded kernels that change nothing at first", () => {
  const adapters = initLora(model, config, new Rng(2));
  const path = "backbone/layers/block00";
  assert.deepEqual(
    leavesOf(adapters, isNdArray).map(([path, { shape }]) => [path, shape]),
    [
      [`${path}/conv/weight/A`, [54, 2]],
      [`${path}/conv/weight/B`, [2, 4]],
      [`${path}/up/weight/A`, [4, 2]],
      [`${path}/up/weight/B`, [2, 6]],
    ],
  );
  const [[, A], [, B]] = leavesOf(adapters, isNdArray) as [
    [string, Adapter["A"]],
    [string, Adapter["B"]],
  ];
  const values = Array.from(A.data);
  const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  assert.ok(variance > 0.6 / 54 && variance < 1.5 / 54, `${variance}`);
  assert.ok(B.data.every((x) => x === 0));
  assert.deepEqual(merged(model, adapters, 3), model);
});

Deno.test("adapted() and merged() add the scaled product, and nothing elsewhere", () => {
  const adapters = initLora(model, config, new Rng(2));
  for (const [path, { data }] of leavesOf(adapters, isNdArray)) {
    data.set(new Rng(3).fork(path).normals([data.length]).data);
  }
  const scale = loraScale(config);
  assert.equal(scale, 3);
  const after = merged(model, adapters, scale);
  const { conv, up } = after.backbone.layers.block00;
  const before = model.backbone.layers.block00;
  assert.equal(conv.bias, before.conv.bias, "the same array");
  // deno-lint-ignore no-explicit-any
  const { A, B } = (adapters as any).backbone.layers.block00.conv.weight;
  for (const [row, column] of [[0, 0], [53, 3], [7, 2]] as const) {
    const product = A.data[2 * row] * B.data[column] +
      A.data[2 * row + 1] * B.data[4 + column];
    const at = 4 * row + column;
    assert.equal(
      conv.weight.data[at],
      Math.fround(before.conv.weight.data[at]! + 3 * product),
    );
  }
  const compiled = arraysOf(
    adapted(tensorsOf(model), tensorsOf(adapters) as never, scale),
  );
  for (const [name, one] of [["conv", conv], ["up", up]] as const) {
    const other = compiled.backbone.layers.block00[name].weight;
    assert.deepEqual(other.shape, one.weight.shape);
    for (const [i, value] of one.weight.data.entries()) {
      assert.ok(Math.abs(other.data[i]! - value) < 1e-5, `${name} ${i}`);
    }
  }
});
