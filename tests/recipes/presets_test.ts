import assert from "node:assert/strict";
import { isNdArray, leavesOf, Rng } from "lib/core/mod.ts";
import { layerKinds } from "lib/models/backbone/mod.ts";
import { metaInit } from "lib/models/layers/mod.ts";
import {
  clipStride,
  initModels,
  type ModelParameters,
} from "lib/models/text_to_video/mod.ts";
import { PRESET_NAMES, PRESETS } from "lib/recipes/presets.ts";

/** Numbers in the models of each preset; arrays of `base` take seconds to make. */
const COUNTS = Object.fromEntries(
  PRESET_NAMES.map((
    name,
  ) => [name, countsOf(initModels(PRESETS[name], metaInit()))]),
);

function countsOf(models: ModelParameters): Record<string, number> {
  return Object.fromEntries(
    Object.entries(models).map(([name, parameters]) => [
      name,
      leavesOf(parameters, isNdArray)
        .reduce((sum, [, { data }]) => sum + data.length, 0),
    ]),
  );
}

Deno.test("base has the report's parameters, to within 2 %", () => {
  const counts = COUNTS.base!;
  const wanted = { backbone: 280e6, vae: 120e6, text: 85e6 };
  for (const [model, count] of Object.entries(wanted)) {
    const off = Math.abs(counts[model]! / count - 1);
    assert.ok(off <= 0.02, `${model}: ${counts[model]} is ${off} off`);
  }
});

Deno.test("base has the report's shapes", () => {
  const { backbone, vae, text } = PRESETS.base;
  const kinds = layerKinds(backbone);
  assert.equal(kinds.length, 48);
  assert.equal(kinds.filter((kind) => kind === "attention").length, 30);
  assert.equal(kinds.filter((kind) => kind === "cnn").length, 18);
  assert.deepEqual([backbone.width, backbone.heads], [768, 12]);
  assert.deepEqual([vae.widths.at(-1), vae.latentChannels], [512, 256]);
  assert.equal(vae.beta.initial, 0.1);
  assert.deepEqual(
    [text.width, text.layers, text.heads, text.outputWidth],
    [256, 4, 8, 768],
  );
  assert.equal(text.wordRows, 32_000);
});

Deno.test("presets grow from name to name, and shrink clips alike", () => {
  const totals = PRESET_NAMES.map((name) =>
    Object.values(COUNTS[name]!).reduce((a, b) => a + b)
  );
  assert.deepEqual(totals, totals.toSorted((a, b) => a - b));
  for (const name of PRESET_NAMES) {
    assert.deepEqual(clipStride(PRESETS[name]), { space: 16, time: 4 });
  }
});

Deno.test("shapes without values are those of real parameters", () => {
  const shapes = (rng: Rng): [string, readonly number[]][] =>
    leavesOf(initModels(PRESETS.tiny, rng), isNdArray)
      .map(([path, { shape }]) => [path, shape]);
  assert.deepEqual(shapes(metaInit()), shapes(new Rng(1)));
});

Deno.test("the three models of a seed have weights of their own", () => {
  const { vae, text, backbone } = initModels(PRESETS.tiny, new Rng(1));
  const first = (tree: unknown): number =>
    leavesOf(tree, isNdArray).find(([path]) => path.endsWith("qkv/weight"))![1]
      .data[0]!;
  const values = [vae, text, backbone].map(first);
  assert.equal(new Set(values).size, 3);
  assert.notEqual(values[0], 0);
});
