import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  float32,
  isNdArray,
  leavesOf,
  type NdArray,
  Rng,
  treeFrom,
} from "lib/core/mod.ts";
import {
  attention,
  feedForward,
  linear,
  rmsNorm,
  rotaryTable,
} from "lib/models/layers/mod.ts";
import {
  encodeText,
  initText,
  readPrompts,
  type TextConfig,
  type TextParameters,
} from "lib/models/text/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { assertClose, distance, eagerly } from "../_eager.ts";

const tiny: TextConfig = { ...PRESETS.tiny.text, maxCharacters: 12 };

function encodingOf(
  prompts: string[],
  config: TextConfig = tiny,
  p: TextParameters = initText(config, new Rng(5)),
): NdArray {
  const tokens = readPrompts(prompts, config);
  return eagerly(
    { p, tokens },
    ({ p, tokens }) => encodeText(p, tokens, config),
  );
}

/** The encoding of one prompt of a batch, its first characters. */
function part(encoding: NdArray, prompt: number, characters: number): NdArray {
  const [, L, D] = encoding.shape as [number, number, number];
  const begin = prompt * L * D;
  return float32(
    [characters, D],
    encoding.data.subarray(begin, begin + characters * D),
  );
}

Deno.test("encodeText() gives a vector for each character and zeros for padding", () => {
  const y = encodingOf(["red cat", ""]);
  assert.deepEqual(y.shape, [2, 12, tiny.outputWidth]);
  const width = tiny.outputWidth;
  for (let place = 0; place < 24; place++) {
    const row = y.data.subarray(place * width, (place + 1) * width);
    const isPadding = place >= 7;
    assert.equal(row.every((value) => Math.abs(value) === 0), isPadding);
  }
  assert.ok(y.data.every(Number.isFinite));
});

Deno.test("padding does not change the encoding of a prompt", () => {
  const short = encodingOf(["red cat"], { ...tiny, maxCharacters: 7 });
  const long = encodingOf(["red cat"], { ...tiny, maxCharacters: 30 });
  assertClose(part(long, 0, 7), part(short, 0, 7), 1e-5);
});

Deno.test("a prompt's neighbours in the batch do not change its encoding", () => {
  const alone = encodingOf(["red cat"]);
  const among = encodingOf(["a blue dog", "red cat", ""]);
  assertClose(part(among, 1, 7), part(alone, 0, 7), 1e-5);
});

Deno.test("encodings depend on every character and on their order", () => {
  const cat = part(encodingOf(["red cat"]), 0, 3);
  const car = part(encodingOf(["red car"]), 0, 3);
  // The first letters are the same: what follows reaches them by attention.
  assert.ok(distance(cat, car) > 1e-4);
  const there = encodingOf(["ab ba"]);
  const back = encodingOf(["ba ab"]);
  assert.ok(distance(there, back) > 1e-3);
});

Deno.test("encodeText() applies more than ten layers in their order, from a file too", () => {
  const config = { ...tiny, layers: 11 };
  const p = initText(config, new Rng(5));
  const tokens = readPrompts(["red cat"], config);
  const layers = Array.from(
    { length: 11 },
    (_, i) => p.layers[`layer${i < 10 ? "0" : ""}${i}`]!,
  );
  const rotary = rotaryTable([{
    positions: Array.from({ length: 12 }, (_, i) => i),
    wavelengths: [2, 512],
  }], config.width / config.heads);
  const inOrder = (order: typeof layers): NdArray =>
    eagerly({ p, tokens, rotary, order }, ({ p, tokens, rotary, order }) => {
      const rows = (table: tf.Tensor, ids: tf.Tensor): tf.Tensor =>
        tf.gather(table, tf.cast(ids, "int32"));
      let x: tf.Tensor = tf.add(
        rows(p.characters, tokens.characters),
        tf.add(rows(p.ngrams, tokens.pairs), rows(p.ngrams, tokens.triples)),
      );
      for (const layer of Object.values(order)) {
        x = tf.add(
          x,
          attention(layer.attention, rmsNorm(layer.norm1, x), {
            heads: config.heads,
            rotary,
            mask: tokens.mask,
          }),
        );
        x = tf.add(x, feedForward(layer.feedForward, rmsNorm(layer.norm2, x)));
      }
      const out = linear(p.out, rmsNorm(p.norm, x));
      return tf.mul(out, tf.expandDims(tokens.mask, 2));
    });
  const y = encodingOf(["red cat"], config, p);
  assertClose(y, inOrder(layers), 1e-4);
  const loaded = treeFrom(leavesOf(p, isNdArray)) as unknown as TextParameters;
  assertClose(encodingOf(["red cat"], config, loaded), y, 0);
  const swapped = [
    ...layers.slice(0, 2),
    layers[10]!,
    ...layers.slice(3, 10),
    layers[2]!,
  ];
  assert.ok(distance(y, inOrder(swapped)) > 1e-3, "the order must matter");
});
