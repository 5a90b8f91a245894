import assert from "node:assert/strict";
import {
  float32,
  isNdArray,
  mapTree,
  type NdArray,
  Rng,
} from "lib/core/mod.ts";
import {
  type DecoderConfig,
  decoderConfigSchema,
  type DecoderParameters,
  enlargementOf,
  initDecoder,
  promptedDecode,
  spread,
} from "lib/models/decoder/mod.ts";
import { DECODERS, PRESET_NAMES, PRESETS } from "lib/recipes/presets.ts";
import { strideOf } from "lib/models/vae/mod.ts";
import { assertClose, distance, eagerly, random } from "../_eager.ts";

const config: DecoderConfig = {
  levels: [{ width: 64, blocks: 2 }, { width: 32, blocks: 1 }],
  memory: 3,
  memoryWidth: 8,
  patch: 2,
  sprite: { side: 6, pictures: 3 },
};
const [D, Z, E] = [6, 4, 10];

/** Parameters of which none is zero, so that everything has an effect. */
function awake(): DecoderParameters {
  const around = { latentChannels: Z, backboneWidth: D, textWidth: E };
  const parameters = initDecoder(config, around, new Rng(2));
  const rng = new Rng(9);
  return mapTree(parameters, isNdArray, (array, path) => {
    const noise = rng.fork(path).normals(array.shape).data;
    return float32(array.shape, array.data.map((v, i) => v + 0.1 * noise[i]!));
  }) as DecoderParameters;
}

function inputsOf(batch = 1) {
  return {
    tokens: random("tokens", [batch, 2, 2, 3, D]),
    guess: random("guess", [batch, 2, 2, 3, Z]),
    text: {
      tokens: random("text", [batch, 3, E]),
      mask: float32(
        [batch, 3],
        new Array(3 * batch).fill(0).map((_, i) => +(i % 3 < 2)),
      ),
    },
    seconds: random("seconds", [batch, 2]),
  };
}

function run(inputs: ReturnType<typeof inputsOf>, p = awake()): NdArray {
  return eagerly(
    { p, inputs },
    ({ p, inputs }) => promptedDecode(p, inputs, config),
  );
}

Deno.test("promptedDecode() enlarges latents to clips by what each level doubles", () => {
  assert.deepEqual(run(inputsOf(2)).shape, [2, 4, 8, 12, 3]);
  assert.deepEqual(enlargementOf(config), { space: 4, time: 2 });
});

Deno.test("promptedDecode() depends on tokens, guess and prompt, not on padding", () => {
  const inputs = inputsOf();
  const y = run(inputs);
  const others = {
    tokens: { tokens: random("t", inputs.tokens.shape) },
    guess: { guess: random("g", inputs.guess.shape) },
    prompt: {
      text: { ...inputs.text, tokens: random("p", inputs.text.tokens.shape) },
    },
    mask: { text: { ...inputs.text, mask: float32([1, 3], [1, 0, 0]) } },
    seconds: { seconds: random("s", inputs.seconds.shape) },
  };
  for (const [name, other] of Object.entries(others)) {
    assert.ok(distance(run({ ...inputs, ...other }), y) > 1e-3, name);
  }
  const { tokens } = inputs.text;
  const padded = tokens.data.map((v, i) => i < 2 * E ? v : 9);
  assertClose(
    run({
      ...inputs,
      text: { ...inputs.text, tokens: float32(tokens.shape, padded) },
    }),
    y,
    1e-5,
  );
});

Deno.test("the clips of a batch do not see each other, nor frames those of other cells in time", () => {
  const [both, alone] = [run(inputsOf(2)), run(inputsOf(1))];
  const size = alone.data.length;
  assertClose(
    { shape: [size], data: both.data.slice(0, size) },
    { shape: [size], data: alone.data },
    1e-5,
  );
  const inputs = inputsOf();
  const half = inputs.tokens.data.length / 2;
  const later = inputs.tokens.data.map((v, i) => i < half ? v : -v);
  const y = run({ ...inputs, tokens: float32(inputs.tokens.shape, later) });
  const part = (from: number): number =>
    distance(
      { shape: [size / 2], data: y.data.slice(from, from + size / 2) },
      { shape: [size / 2], data: alone.data.slice(from, from + size / 2) },
    );
  assert.equal(part(0), 0);
  assert.ok(part(size / 2) > 1e-3);
});

Deno.test("spread() gives each fine cell what its coarse cell has", () => {
  const coarse = float32([1, 1, 2, 2, 1], [1, 2, 3, 4]);
  const fine = eagerly(
    { coarse },
    ({ coarse }) => spread(coarse, [1, 2, 4, 4, 7]),
  );
  const frame = [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4];
  assert.deepEqual(fine.shape, [1, 2, 4, 4, 1]);
  assert.deepEqual([...fine.data], [...frame, ...frame]);
});

Deno.test("every preset has a decoder that enlarges by what its VAE shrinks", () => {
  for (const preset of PRESET_NAMES) {
    const decoder = DECODERS[preset];
    assert.deepEqual(decoderConfigSchema.parse(decoder), decoder);
    assert.deepEqual(enlargementOf(decoder), strideOf(PRESETS[preset].vae));
  }
});

Deno.test("widths that heads do not divide are refused", () => {
  const { error } = decoderConfigSchema.safeParse({
    ...config,
    levels: [{ width: 48, blocks: 1 }],
  });
  assert.match(error!.issues[0]!.message, /multiple of 32/);
});
