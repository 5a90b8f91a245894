import assert from "node:assert/strict";
import { ownBackbone, ownText, ownVae } from "lib/models/text_to_video/mod.ts";
import { loadOwnModel } from "lib/pipeline/mod.ts";
import { describe } from "lib/recipes/describe/describe.ts";
import type { Part } from "lib/recipes/describe/account.ts";
import { tableOf } from "lib/recipes/describe/table.ts";
import { PRESETS } from "lib/recipes/presets.ts";

const clip = { frames: 16, height: 64, width: 64 };
const { text, backbone, vae, summary } = describe("tiny", PRESETS.tiny, clip);

/** A part by its path. */
function partAt(root: Part, path: string): Part {
  return path.split("/").reduce((part, name) => {
    const found = part.parts.find((child) => child.name === name);
    assert.ok(found, `there is no part "${name}" in "${part.name}"`);
    return found;
  }, root);
}

Deno.test("describe() counts the operations of a backbone step as by hand", () => {
  const { width: D, cnnWidth: K, attentionLayers, cnnLayers } =
    PRESETS.tiny.backbone;
  const { queries, maxWords, outputWidth } = PRESETS.tiny.text;
  const Z = PRESETS.tiny.vae.latentChannels;
  const N = 4 * 4 * 4;
  const C = queries + maxWords;
  // Queries, keys and values of video and context; scores and mix; output; feed-forward.
  const attention = (N + C) * 3 * D * D + 2 * N * (N + C) * D + N * D * D;
  const block = attention + N * 8 * D * D;
  const cnn = N * (2 * D * K + 27 * K * K);
  const layers = attentionLayers * block + cnnLayers * cnn;
  const timestep = 256 * D + D * D;
  const around = N * 2 * Z * D + timestep + 6 * D * D + D * D +
    queries * outputWidth * D;
  assert.equal(backbone.root.flops, 2 * (layers + around));
  assert.equal(backbone.units, N);
  assert.equal(summary.backbone.flopsPerToken, 2 * (layers + around) / N);
});

Deno.test("describe() gives each part its own operations", () => {
  const { width: D } = PRESETS.tiny.backbone;
  const N = 64;
  const C = PRESETS.tiny.text.queries + PRESETS.tiny.text.maxWords;
  const attention = partAt(backbone.root, "layers/block00/attention");
  assert.equal(partAt(attention, "qkv").flops, 2 * (N + C) * 3 * D * D);
  assert.equal(partAt(attention, "out").flops, 2 * N * D * D);
  // What is left to the attention itself are the scores and the mix.
  assert.equal(
    attention.flops -
      attention.parts.reduce((sum, part) => sum + part.flops, 0),
    2 * 2 * N * (N + C) * D,
  );
  assert.equal(
    partAt(backbone.root, "layers/block00/feedForward").flops,
    2 * N * 8 * D * D,
  );
  assert.equal(
    partAt(backbone.root, "layers/block02/conv").flops,
    2 * N * 27 * 16 * 16,
  );
  // 16 frames of 16x16 patches, 48 values each, into 8 channels.
  assert.equal(
    partAt(vae.root, "encoder/input").flops,
    2 * 16 * 16 * 16 * 27 * 48 * 8,
  );
  const L = PRESETS.tiny.text.maxCharacters;
  assert.equal(
    partAt(text.root, "layers/layer00/feedForward").flops,
    2 * L * 8 * 32 * 32,
  );
});

Deno.test("describe() adds up: parts to models, models to the total", () => {
  const check = (part: Part): void => {
    if (part.parts.length === 0) return;
    const inParts = part.parts.reduce((sum, p) => sum + p.parameters, 0);
    const own = part.tensors.reduce(
      (sum, [, shape]) =>
        sum + (JSON.parse(shape) as number[]).reduce((a, b) => a * b, 1),
      0,
    );
    assert.equal(part.parameters, inParts + own, part.name);
    part.parts.forEach(check);
  };
  for (const { root } of [text, backbone, vae]) check(root);
  const { total } = summary;
  assert.equal(
    total,
    text.root.parameters + backbone.root.parameters + vae.root.parameters,
  );
  assert.equal(
    summary.vae.encoder! + summary.vae.decoder! + 1,
    vae.root.parameters,
  );
  assert.equal(summary.text.bytes, 4 * text.root.parameters);
});

Deno.test("describe() counts the blocks of either kind", () => {
  const { attentionBlocks, cnnBlocks, tokens } =
    describe("base", PRESETS.base, clip).summary.backbone;
  assert.deepEqual([attentionBlocks, cnnBlocks, tokens], [30, 18, 64]);
});

Deno.test("tableOf() shows parts that are alike once", () => {
  const lines = tableOf(backbone).split("\n");
  assert.match(lines[0]!, /^HybridBackbone, tiny: .* 64 tokens$/);
  assert.equal(
    lines.filter((line) => /block00 \.\. block01 \(2\)/.test(line)).length,
    1,
  );
  assert.match(
    lines.find((line) => /^ {4}block02/.test(line))!,
    /8,672 +0\.03 +16\.90 k +modulation \[3,48\]$/,
  );
});

Deno.test("describe() counts the tensors and operations of parts of one's own", async () => {
  const { parts } = await loadOwnModel("tests/pipeline/_own_model.ts");
  const of = (part: { settings: { parse(value: unknown): unknown } }) =>
    part.settings.parse({});
  const found = describe("mine", {
    vae: ownVae(parts.vae!, of(parts.vae!)),
    text: ownText(parts.text!, of(parts.text!)),
    backbone: ownBackbone(parts.backbone!, of(parts.backbone!)),
  }, { frames: 4, height: 16, width: 16 });
  // Cells of 8 x 8 pixels x 2 frames x 3 colours: Z channels, 2 x 2 x 2 cells.
  const Z = 384;
  assert.deepEqual(found.summary.text, {
    ...{ parameters: 4 + 4, bytes: 32, flopsPerToken: 2 * 4, queries: 1 },
  });
  const parameters = Z * Z + Z + 4 * Z + Z + Z;
  assert.deepEqual(found.summary.backbone, {
    parameters,
    bytes: 4 * parameters,
    flopsPerToken: 2 * (8 * Z * Z + 4 * Z) / 8,
    tokens: 8,
  });
  assert.deepEqual(found.summary.vae, {
    ...{ parameters: 0, bytes: 0, flopsPerToken: 0, latentChannels: Z },
    stride: { space: 8, time: 2 },
  });
  assert.equal(found.summary.total, parameters + 8);
  const [text, backbone, vae] = [found.text, found.backbone, found.vae]
    .map((model) => tableOf(model).split("\n")[0]);
  assert.equal(
    text,
    "Text encoder of the module, mine: a prompt to 1 token",
  );
  assert.equal(
    backbone,
    "Backbone of the module, mine: one step for a clip of 4x16x16, 8 tokens",
  );
  assert.equal(
    vae,
    "VAE of the module, mine: a clip of 4x16x16 to 8 latent cells and back",
  );
});

Deno.test("describe() names the nearest legal size of a clip", () => {
  assert.throws(
    () => describe("tiny", PRESETS.tiny, { ...clip, width: 70 }),
    {
      name: "InputError",
      message: "Cannot encode a clip: width must be a multiple of 16: " +
        "current value is 70; the nearest legal values are 64 and 80",
    },
  );
});
