import assert from "node:assert/strict";
import {
  parseSafetensorsHeader,
  readSafetensorsHeader,
} from "lib/formats/safetensors/mod.ts";
import {
  compareHeader,
  type Comparison,
  LTX2,
  upscalerTensors,
} from "lib/ltx2/mod.ts";
import {
  bf16,
  type Field,
  headerOf,
  publishedFields,
  QUANTISED,
  writeSparse,
} from "./_published_file.ts";

function compare(fields: ReadonlyMap<string, Field>): Comparison {
  const { json, dataBytes } = headerOf(fields);
  const header = parseSafetensorsHeader(json, "a.safetensors", dataBytes);
  return compareHeader(header, LTX2, "a.safetensors");
}

/** The same tensors under other names; those without a name are left out. */
function renamed(
  fields: ReadonlyMap<string, Field>,
  rename: (name: string) => string | undefined,
): Map<string, Field> {
  return new Map([...fields].flatMap(([name, field]) => {
    const other = rename(name);
    return other === undefined ? [] : [[other, field] as const];
  }));
}

Deno.test("compareHeader() finds every tensor of a full file, with 4936 attention names", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    await writeSparse(path, publishedFields());
    const header = await readSafetensorsHeader(path);
    const comparison = compareHeader(header, LTX2, path);
    assert.equal(comparison.matches, true);
    assert.equal(comparison.attnNames, 4936);
    assert.deepEqual(comparison.quantisedBlocks, QUANTISED);
    assert.deepEqual(
      comparison.components.map((
        { name, tensors, expected },
      ) => [name, tensors, expected]),
      [
        ["transformer", 3510, 3510],
        ["text connectors", 58, 58],
        ["text projection", 1, 1],
        ["VAE encoder", 92, 92],
        ["VAE decoder", 90, 90],
        ["latent statistics", 5, 5],
      ],
    );
    assert.deepEqual(comparison.outside, { audio_vae: 1, vocoder: 2 });
    // 28 matrices of 42 blocks in fp8, two scales for each.
    assert.equal(comparison.bytes["F32"], 28 * 42 * 2 * 4);
    assert.equal(comparison.bytes["F8_E4M3"], 42 * 385_875_968);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("compareHeader() names what is missing, extra and of another shape", () => {
  const fields = publishedFields();
  const block = "model.diffusion_model.transformer_blocks";
  fields.delete(`${block}.7.attn1.to_q.weight`);
  fields.set(`${block}.48.attn1.to_q.bias`, bf16(4096));
  fields.set(`${block}.0.ff.net.2.bias`, bf16(2048));
  fields.set(`${block}.1.attn1.to_k.weight_scale`, {
    dtype: "F32",
    shape: [4096],
  });
  const comparison = compare(fields);
  assert.equal(comparison.matches, false);
  assert.deepEqual(comparison.missing, [`${block}.7.attn1.to_q.weight`]);
  assert.deepEqual(comparison.extra, [`${block}.48.attn1.to_q.bias`]);
  assert.deepEqual(comparison.wrongShape, [
    { name: `${block}.0.ff.net.2.bias`, expected: [4096], found: [2048] },
    {
      name: `${block}.1.attn1.to_k.weight_scale`,
      expected: [],
      found: [4096],
    },
  ]);
});

Deno.test("compareHeader() takes a scale only beside a matrix that has one", () => {
  const fields = publishedFields();
  const strange =
    "model.diffusion_model.transformer_blocks.3.attn1.q_norm.weight_scale";
  fields.set(strange, { dtype: "F32", shape: [] });
  assert.deepEqual(compare(fields).extra, [strange]);
});

Deno.test("compareHeader() knows parts of the model by the names that files of parts use", () => {
  const transformer = renamed(
    publishedFields(),
    (name) => /^model\.diffusion_model\.((?!\w+_embeddings).*)/.exec(name)?.[1],
  );
  const alone = compare(transformer);
  assert.equal(alone.matches, true);
  assert.deepEqual(alone.components, [
    { name: "transformer", prefix: "", tensors: 3510, expected: 3510 },
  ]);
  const vae = compare(renamed(
    publishedFields(),
    (name) => /^vae\.(.*)/.exec(name)?.[1],
  ));
  assert.equal(vae.matches, true);
  assert.deepEqual(
    vae.components.map(({ prefix }) => prefix),
    ["encoder.", "decoder.", "per_channel_statistics."],
  );
  const upscaler = compare(
    new Map(
      upscalerTensors(LTX2)
        .filter(({ constant }) => !constant)
        .map(({ name, shape }) => [name, bf16(...shape)]),
    ),
  );
  assert.equal(upscaler.matches, true);
  assert.deepEqual(upscaler.components, [
    { name: "upscaler", prefix: "", tensors: 72, expected: 73 },
  ]);
});

Deno.test("compareHeader() refuses a file with nothing of LTX-2 in it", () => {
  assert.throws(() => compare(new Map([["layers.0.weight", bf16(2, 2)]])), {
    name: "InputError",
    message: 'Cannot compare "a.safetensors": it must hold a component of ' +
      "LTX-2: none of its 1 tensors has a name of one, the first is " +
      '"layers.0.weight"; pass a file of Lightricks/LTX-2 in its own layout, ' +
      "not that of Diffusers",
  });
});
