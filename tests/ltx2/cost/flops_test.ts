import assert from "node:assert/strict";
import { flopsOf, trace } from "lib/compiler/mod.ts";
import {
  backboneFlops,
  type BackboneShape,
  blockFlops,
  tokensOfEqualShares,
  totalFlops,
} from "lib/ltx2/mod.ts";
import { metaInit } from "lib/models/layers/mod.ts";
import { initModels, modelFunctions } from "lib/models/text_to_video/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

const { tiny } = PRESETS;
/** 2 x 3 x 4 cells of the VAE, 16 pixels and 4 frames each. */
const CLIP = { frames: 8, height: 48, width: 64 };
const COUNTS = { video: 24, text: tiny.text.queries + tiny.text.maxWords };

/** Operations that the compiler counts in the graph of a real backbone. */
function traced(shape: Partial<BackboneShape>): number {
  const config = { ...tiny, backbone: { ...tiny.backbone, ...shape } };
  const { backbone } = modelFunctions(config, CLIP, 1);
  const parameters = initModels(config, metaInit()).backbone;
  const graph = trace(
    (all: { parameters: unknown; inputs: unknown }) =>
      backbone.call(all.parameters as never, all.inputs as never),
    { parameters, inputs: backbone.inputs },
  );
  return flopsOf(graph);
}

/** What one more layer adds: what stands around the blocks cancels out. */
function oneMore(layer: "attentionLayers" | "cnnLayers", shape = {}): number {
  const layers = { attentionLayers: 1, cnnLayers: 1, ...shape };
  return traced({ ...layers, [layer]: 2 }) - traced(layers);
}

Deno.test("blockFlops() counts what the compiler counts in the graph of each block", () => {
  const cost = (kind: "joint" | "cross" | "cnn"): number =>
    totalFlops(blockFlops(kind, tiny.backbone, COUNTS));
  assert.equal(cost("joint"), oneMore("attentionLayers"));
  assert.equal(
    cost("cross"),
    oneMore("attentionLayers", { textConditioning: "cross" }),
  );
  assert.equal(cost("cnn"), oneMore("cnnLayers"));
});

Deno.test("backboneFlops() is nearly all that a backbone costs", () => {
  const { hybrid, whole } = {
    hybrid: totalFlops(backboneFlops(tiny.backbone, COUNTS)),
    whole: traced({}),
  };
  assert.ok(hybrid < whole && hybrid > 0.85 * whole, `${hybrid} of ${whole}`);
});

Deno.test("blockFlops() of LTX-2 is the published formula at any sizes", () => {
  for (const [D, N, T] of [[4096, 6144, 1024], [2048, 1, 0], [768, 4608, 96]]) {
    const flops = blockFlops("cross", { width: D!, cnnWidth: 1 }, {
      video: N!,
      text: T!,
    });
    assert.equal(
      totalFlops(flops),
      28 * D! ** 2 * N! + 4 * D! ** 2 * T! + 4 * N! ** 2 * D! +
        4 * N! * T! * D!,
    );
  }
});

Deno.test("tokensOfEqualShares() is where attention costs as much as the linear layers", () => {
  for (const kind of ["cross", "joint"] as const) {
    const video = tokensOfEqualShares(kind, 512);
    const { linear, attention } = blockFlops(
      kind,
      { width: 512, cnnWidth: 1 },
      { video, text: 0 },
    );
    assert.equal(linear, attention);
  }
});
