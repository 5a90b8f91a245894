import assert from "node:assert/strict";
import {
  blockTensors,
  LTX2,
  parametersOf,
  transformerTensors,
} from "lib/ltx2/mod.ts";

const D = 4096;
const A = 2048;

Deno.test("transformerTensors() has distinct names, 72 for each of 48 blocks and 54 besides", () => {
  const names = transformerTensors(LTX2).map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const ofBlocks = names.filter((name) =>
    /^transformer_blocks\.\d+\./.test(name)
  );
  assert.equal(ofBlocks.length, 48 * 72);
  assert.equal(names.length, 48 * 72 + 54);
});

Deno.test("blockTensors() gives weights as the formula has them", () => {
  const matrices = blockTensors(LTX2).filter(({ name, shape }) =>
    name.endsWith(".weight") && shape.length === 2
  );
  // Twice attention, once feed-forward, for each stream; both directions between.
  const video = 2 * 4 * D ** 2 + 8 * D ** 2;
  const audio = 2 * 4 * A ** 2 + 8 * A ** 2;
  const between = 2 * (2 * D * A + 2 * A ** 2);
  assert.equal(parametersOf(matrices), video + audio + between);
});

Deno.test("blockTensors() has attention between streams as wide as audio inside", () => {
  const shapes = Object.fromEntries(
    blockTensors(LTX2).map(({ name, shape }) => [name, shape]),
  );
  assert.deepEqual(shapes["audio_to_video_attn.to_q.weight"], [A, D]);
  assert.deepEqual(shapes["audio_to_video_attn.to_k.weight"], [A, A]);
  assert.deepEqual(shapes["audio_to_video_attn.to_out.0.weight"], [D, A]);
  assert.deepEqual(shapes["video_to_audio_attn.to_q.weight"], [A, A]);
  assert.deepEqual(shapes["video_to_audio_attn.to_v.weight"], [A, D]);
  assert.deepEqual(shapes["video_to_audio_attn.to_out.0.bias"], [A]);
  assert.deepEqual(shapes["audio_to_video_attn.k_norm.weight"], [A]);
  assert.deepEqual(shapes["scale_shift_table_a2v_ca_audio"], [5, A]);
});

Deno.test("transformerTensors() follows its configuration", () => {
  const half = transformerTensors({ ...LTX2, blocks: 24 });
  assert.equal(
    parametersOf(transformerTensors(LTX2)) - parametersOf(half),
    24 * 386_074_624,
  );
});
