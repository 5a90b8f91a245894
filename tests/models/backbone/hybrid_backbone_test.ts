import assert from "node:assert/strict";
import {
  float32,
  int32,
  isNdArray,
  leavesOf,
  mapTree,
  type NdArray,
  Rng,
  treeFrom,
  zeros,
} from "lib/core/mod.ts";
import {
  backbone,
  type BackboneConfig,
  type BackboneParameters,
  initBackbone,
  tokenPositions,
} from "lib/models/backbone/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { assertClose, distance, eagerly, random } from "../_eager.ts";

const tiny = PRESETS.tiny;
const Z = tiny.vae.latentChannels;
const grid = { frames: 2, height: 2, width: 2 };

/** Parameters of which none is zero, so that everything has an effect. */
function perturbed(config: BackboneConfig): BackboneParameters {
  const parameters = initBackbone(config, {
    latentChannels: Z,
    text: tiny.text,
  }, new Rng(2));
  const rng = new Rng(9);
  return mapTree(parameters, isNdArray, (array, path) => {
    const noise = rng.fork(path).normals(array.shape).data;
    return float32(array.shape, array.data.map((v, i) => v + 0.1 * noise[i]!));
  }) as BackboneParameters;
}

/** The inputs of a call. */
function inputsOf(batch: number, characters = 3) {
  const sigma = Array.from({ length: batch }, (_, i) => 0.3 + 0.2 * i);
  const mask = (length: number, kept: number): NdArray =>
    float32(
      [batch, length],
      Array.from({ length: batch * length }, (_, i) => +(i % length < kept)),
    );
  return {
    latent: random("latent", [batch, 2, 2, 2, Z]),
    sigma: float32([batch], sigma),
    text: {
      tokens: random("text", [batch, characters, tiny.text.outputWidth]),
      mask: mask(characters, 2),
    },
    words: {
      ids: int32(
        [batch, 4],
        Array.from({ length: batch * 4 }, (_, i) => 7 * i),
      ),
      mask: mask(4, 2),
    },
    positions: tokenPositions(
      grid,
      { space: 16, time: 4 },
      8,
      tiny.backbone.width / tiny.backbone.heads,
    ),
  };
}

type Inputs = ReturnType<typeof inputsOf>;

function run(
  inputs: Inputs,
  p: BackboneParameters = perturbed(tiny.backbone),
  config: BackboneConfig = tiny.backbone,
): NdArray {
  return eagerly({ p, inputs }, ({ p, inputs }) => backbone(p, inputs, config));
}

Deno.test("backbone() predicts zero before training", () => {
  const fresh = initBackbone(tiny.backbone, {
    latentChannels: Z,
    text: tiny.text,
  }, new Rng(2));
  const y = run(inputsOf(2), fresh);
  assert.deepEqual(y.shape, [2, 2, 2, 2, Z]);
  assert.ok(y.data.every((value) => Math.abs(value) === 0));
});

Deno.test("backbone() depends on latent, sigma, text, words and positions", () => {
  const inputs = inputsOf(1);
  const y = run(inputs);
  const changes: Record<string, Partial<Inputs>> = {
    latent: { latent: random("other latent", [1, 2, 2, 2, Z]) },
    sigma: { sigma: float32([1], [0.31]) },
    text: {
      text: {
        ...inputs.text,
        tokens: random("t", [1, 3, tiny.text.outputWidth]),
      },
    },
    "text mask": { text: { ...inputs.text, mask: float32([1, 3], [1, 0, 0]) } },
    words: { words: { ...inputs.words, ids: int32([1, 4], [1, 2, 0, 0]) } },
    "word mask": {
      words: { ...inputs.words, mask: float32([1, 4], [1, 1, 1, 0]) },
    },
    positions: {
      positions: tokenPositions(grid, { space: 16, time: 4 }, 25, 24),
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    assert.ok(distance(run({ ...inputs, ...change }), y) > 1e-4, name);
  }
});

Deno.test("backbone() without word embeddings ignores the words", () => {
  const config: BackboneConfig = { ...tiny.backbone, wordEmbeddings: false };
  const parameters = perturbed(config);
  assert.equal(parameters.words, undefined);
  const inputs = inputsOf(1);
  const y = run(inputs, parameters, config);
  const others = { ...inputs.words, ids: int32([1, 4], [1, 2, 0, 0]) };
  assert.equal(
    distance(run({ ...inputs, words: others }, parameters, config), y),
    0,
  );
  const text = {
    ...inputs.text,
    tokens: random("t", [1, 3, tiny.text.outputWidth]),
  };
  assert.ok(distance(run({ ...inputs, text }, parameters, config), y) > 1e-4);
});

Deno.test("backbone() adds pooled context tokens; the empty prompt masks them", () => {
  const config: BackboneConfig = { ...tiny.backbone, pooledContextTokens: 3 };
  const parameters = perturbed(config);
  const { width } = config;
  assert.deepEqual(parameters.promptMlp!.proj.weight.shape, [
    tiny.text.outputWidth,
    3 * width,
  ]);
  const { promptMlp: _, ...without } = parameters;
  const inputs = inputsOf(1);
  const y = run(inputs, parameters, config);
  assert.ok(distance(run(inputs, without, config), y) > 1e-4);
  const unsaid = {
    ...inputs,
    text: { ...inputs.text, mask: float32([1, 3], [0, 0, 0]) },
  };
  assertClose(
    run(unsaid, parameters, config),
    run(unsaid, without, config),
    1e-5,
  );
});

Deno.test("a backbone() that predicts the latent gives the velocity towards it", () => {
  const config: BackboneConfig = { ...tiny.backbone, prediction: "x0" };
  const inputs = inputsOf(2); // of sigmas 0.3 and 0.5
  const { data: noisy } = inputs.latent;
  /** Of an output and a share of the noisy latents, over the sigmas. */
  const velocityOf = (output: NdArray, sigmas: [number, number][]): NdArray =>
    float32(
      output.shape,
      noisy.map((value, i) => {
        const [share, sigma] = sigmas[i < noisy.length / 2 ? 0 : 1]!;
        return (value - share * value - output.data[i]!) / sigma;
      }),
    );
  assertClose(
    run(inputs, perturbed(config), config),
    // 0.09 x 0.7 / (0.09 x 0.49 + 0.09) and 0.09 x 0.5 / (0.09 x 0.25 + 0.25).
    velocityOf(run(inputs), [[0.063 / 0.1341, 0.3], [0.045 / 0.2725, 0.5]]),
    1e-4,
  );
  // Below the lowest sigma the velocity stays finite: all is passed on.
  const clean = { ...inputs, sigma: float32([2], [0, 0]) };
  assertClose(
    run(clean, perturbed(config), config),
    velocityOf(run(clean), [[1, 0.05], [1, 0.05]]),
    1e-2,
  );
});

Deno.test("the padding of text and words changes nothing", () => {
  const inputs = inputsOf(1);
  const { tokens } = inputs.text;
  const width = tiny.text.outputWidth;
  const other = {
    ...inputs,
    text: {
      ...inputs.text,
      tokens: float32(
        tokens.shape,
        tokens.data.map((v, i) => i < 2 * width ? v : 9),
      ),
    },
    words: { ...inputs.words, ids: int32([1, 4], [0, 7, 100, 101]) },
  };
  assertClose(run(other), run(inputs), 1e-5);
});

Deno.test("the clips of a batch are independent", () => {
  const both = inputsOf(2);
  const alone = inputsOf(1);
  const size = alone.latent.data.length;
  const y = run(both);
  assertClose(
    { shape: [size], data: y.data.slice(0, size) },
    { shape: [size], data: run(alone).data },
    1e-5,
  );
});

Deno.test("CNN blocks mix neighbours in time and space, attention off", () => {
  const config = { ...tiny.backbone, attentionLayers: 0, cnnLayers: 1 };
  const p = perturbed(config);
  const inputs = inputsOf(1);
  const grid = [5, 5, 5];
  const latent = random("wide", [1, ...grid, Z]);
  const other = float32(latent.shape, latent.data);
  const middle = (2 * 5 + 2) * 5 + 2;
  other.data.fill(3, middle * Z, (middle + 1) * Z);
  const before = run({ ...inputs, latent }, p, config);
  const after = run({ ...inputs, latent: other }, p, config);
  for (let place = 0; place < 125; place++) {
    const offsets = [place / 25, place / 5 % 5, place % 5]
      .map((at) => Math.abs(Math.floor(at) - 2));
    const row = (y: NdArray): NdArray =>
      float32([Z], y.data.subarray(place * Z, (place + 1) * Z));
    const moved = distance(row(before), row(after));
    const isNear = Math.max(...offsets) <= 1;
    assert.ok(isNear ? moved > 1e-6 : moved === 0, `${place}: ${moved}`);
  }
});

Deno.test("backbone() applies more than ten blocks in their order, from a file too", () => {
  const config = { ...tiny.backbone, attentionLayers: 8, cnnLayers: 4 };
  const p = perturbed(config);
  assert.deepEqual(Object.keys(p.layers).slice(8), [
    "block08",
    "block09",
    "block10",
    "block11",
  ]);
  const y = run(inputsOf(1), p, config);
  const loaded = treeFrom(
    leavesOf(p, isNdArray),
  ) as unknown as BackboneParameters;
  assertClose(run(inputsOf(1), loaded, config), y, 0);
  // Blocks 0 and 9 are both of attention.
  const { block00, block09 } = p.layers;
  const swapped = {
    ...p,
    layers: { ...p.layers, block00: block09!, block09: block00! },
  };
  assert.ok(distance(run(inputsOf(1), swapped, config), y) > 1e-4);
});

Deno.test("the empty prompt is finite", () => {
  const inputs = inputsOf(1);
  const y = run({
    ...inputs,
    text: { ...inputs.text, mask: zeros([1, 3]) },
    words: { ...inputs.words, mask: zeros([1, 4]) },
  });
  assert.ok(y.data.every(Number.isFinite));
});

Deno.test("a backbone() that folds cells into tokens has a token for each square of them", () => {
  const config: BackboneConfig = { ...tiny.backbone, patch: 2 };
  const parameters = perturbed(config);
  const { width } = config;
  assert.deepEqual(parameters.input.weight.shape, [4 * Z, width]);
  assert.deepEqual(parameters.output.weight.shape, [width, 4 * Z]);
  const inputs = foldedInputs();
  const y = run(inputs, parameters, config);
  assert.deepEqual(y.shape, inputs.latent.shape);
  // The input and output layers see the four cells of a square in rows.
  const squares = { ...inputs, latent: inSquares(inputs.latent) };
  const { patch: _, ...plain } = config;
  assertClose(inSquares(y), run(squares, parameters, plain), 1e-5);
});

Deno.test("blocks on cells see their neighbours, and pass the tokens by", () => {
  const config: BackboneConfig = {
    ...tiny.backbone,
    patch: 2,
    cells: { width: 8, layers: 1, cnnWidth: 8 },
  };
  const fresh = initBackbone(
    config,
    { latentChannels: Z, text: tiny.text },
    new Rng(2),
  );
  const inputs = foldedInputs();
  assert.ok(run(inputs, fresh, config).data.every((v) => Math.abs(v) === 0));
  assert.ok(fresh.output.weight.data.some((value) => value !== 0));

  // Without tokens: a cell reaches two to each side, one for each block.
  const parameters = perturbed(config);
  const alone = {
    ...parameters,
    output: mapTree(
      parameters.output,
      isNdArray,
      ({ shape }) => zeros(shape),
    ) as BackboneParameters["output"],
  };
  const other = float32(inputs.latent.shape, inputs.latent.data);
  other.data.fill(3, 0, Z); // frame 0, row 0, column 0
  const before = run(inputs, alone, config);
  const after = run({ ...inputs, latent: other }, alone, config);
  for (let x = 0; x < 6; x++) {
    const at = (y: NdArray) => float32([Z], y.data.subarray(x * Z, x * Z + Z));
    const moved = distance(at(before), at(after));
    assert.ok(x <= 2 ? moved > 1e-6 : moved === 0, `column ${x}: ${moved}`);
  }
  const text = {
    ...inputs.text,
    tokens: random("t", [1, 3, tiny.text.outputWidth]),
  };
  const y = run(inputs, parameters, config);
  assert.ok(distance(run({ ...inputs, text }, parameters, config), y) > 1e-4);
  assert.ok(distance(y, before) > 1e-4);
});

/** Inputs whose latent has 2 frames of 2x6 cells, 1x3 tokens. */
function foldedInputs(): Inputs {
  return {
    ...inputsOf(1),
    latent: random("cells", [1, 2, 2, 6, Z]),
    positions: tokenPositions(
      { frames: 2, height: 1, width: 3 },
      { space: 16, time: 4 },
      8,
      tiny.backbone.width / tiny.backbone.heads,
    ),
  };
}

/** `[1,2,2,6,Z] -> [1,2,1,3,4Z]`: cells of each square of 2x2 side by side. */
function inSquares({ data }: NdArray): NdArray<"float32"> {
  const squares = [];
  for (let t = 0; t < 2; t++) {
    for (let x = 0; x < 6; x += 2) {
      for (const [dy, dx] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) {
        const cell = (t * 2 + dy) * 6 + x + dx;
        squares.push(...data.subarray(cell * Z, (cell + 1) * Z));
      }
    }
  }
  return float32([1, 2, 1, 3, 4 * Z], squares);
}
