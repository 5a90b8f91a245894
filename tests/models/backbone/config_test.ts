import assert from "node:assert/strict";
import { layerKinds, pureTransformer } from "lib/models/backbone/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

Deno.test("layerKinds() spreads 18 CNN blocks evenly among 30 of attention", () => {
  const kinds = layerKinds({
    attentionLayers: 30,
    cnnLayers: 18,
    textConditioning: "joint",
  });
  assert.equal(kinds.length, 48);
  const places = kinds.flatMap((kind, i) => kind === "cnn" ? [i] : []);
  assert.equal(places.length, 18);
  // 48 / 18 = 2.67: one in two or three, so never two beside each other.
  const gaps = places.slice(1).map((place, i) => place - places[i]!);
  assert.deepEqual([...new Set(gaps)].sort(), [2, 3]);
  // The same in each third.
  assert.deepEqual(kinds.slice(0, 16), kinds.slice(16, 32));
  assert.deepEqual(kinds.slice(0, 16), kinds.slice(32));
});

Deno.test("layerKinds() spreads any numbers evenly", () => {
  for (let attentionLayers = 0; attentionLayers < 8; attentionLayers++) {
    for (let cnnLayers = 0; cnnLayers < 8; cnnLayers++) {
      const kinds = layerKinds({
        attentionLayers,
        cnnLayers,
        textConditioning: "joint",
      });
      const total = attentionLayers + cnnLayers;
      assert.equal(kinds.length, total);
      // Up to every place there is the share of CNN blocks, to within one.
      let cnn = 0;
      kinds.forEach((kind, i) => {
        if (kind === "cnn") cnn++;
        assert.ok(Math.abs(cnn - (i + 1) * cnnLayers / total) < 1);
      });
      assert.equal(cnn, cnnLayers);
    }
  }
});

Deno.test("pureTransformer() has attention in place of CNN blocks, those on cells too", () => {
  const { backbone } = PRESETS.mini;
  const pure = pureTransformer(backbone);
  assert.equal(
    pure.attentionLayers,
    backbone.attentionLayers + 2 * backbone.cells!.layers,
  );
  assert.equal(pure.cells, undefined);
  assert.equal(pure.patch, 2);
});
