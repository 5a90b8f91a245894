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
  crossAttention,
  feedForward,
  rmsNorm,
  rotaryTable,
} from "lib/models/layers/mod.ts";
import {
  encodeText,
  initText,
  type TextConfig,
  type TextParameters,
  tokenisePrompts,
} from "lib/models/text/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { assertClose, distance, eagerly } from "../_eager.ts";

const tiny: TextConfig = { ...PRESETS.tiny.text, maxCharacters: 12 };

function encodingOf(
  prompts: string[],
  config: TextConfig = tiny,
  p: TextParameters = initText(config, new Rng(5)),
): { tokens: NdArray; mask: NdArray } {
  const rows = tokenisePrompts(prompts, config);
  return eagerly(
    { p, rows },
    ({ p, rows }) => ({ ...encodeText(p, rows, config) }),
  );
}

/** The tokens of one prompt of a batch. */
function part({ tokens }: { tokens: NdArray }, prompt: number): NdArray {
  const [, K, O] = tokens.shape as [number, number, number];
  return float32(
    [K, O],
    tokens.data.subarray(prompt * K * O, (prompt + 1) * K * O),
  );
}

Deno.test("encodeText() gives one shape for any prompt, with zeros for the empty one", () => {
  const y = encodingOf(["red cat", "", "a very long prompt, which is cut"]);
  const { queries, outputWidth } = tiny;
  assert.deepEqual(y.tokens.shape, [3, queries, outputWidth]);
  assert.deepEqual(y.mask.shape, [3, queries]);
  for (const [prompt, kept] of [1, 0, 1].entries()) {
    const mask = y.mask.data.subarray(prompt * queries, (prompt + 1) * queries);
    assert.ok(mask.every((value) => value === kept));
    assert.equal(
      part(y, prompt).data.every((value) => Math.abs(value) === 0),
      kept === 0,
    );
  }
  assert.ok(y.tokens.data.every(Number.isFinite));
});

Deno.test("padding does not change the encoding of a prompt", () => {
  const short = encodingOf(["red cat"], { ...tiny, maxCharacters: 7 });
  const long = encodingOf(["red cat"], { ...tiny, maxCharacters: 30 });
  assertClose(part(long, 0), part(short, 0), 1e-5);
});

Deno.test("a prompt's neighbours in the batch do not change its encoding", () => {
  const alone = encodingOf(["red cat"]);
  const among = encodingOf(["a blue dog", "red cat", ""]);
  assertClose(part(among, 1), part(alone, 0), 1e-5);
});

Deno.test("encodings depend on every character and on their order", () => {
  const { tokens: cat } = encodingOf(["red cat"]);
  const { tokens: car } = encodingOf(["red car"]);
  assert.ok(distance(cat, car) > 1e-3);
  const { tokens: there } = encodingOf(["ab ba"]);
  const { tokens: back } = encodingOf(["ba ab"]);
  assert.ok(distance(there, back) > 1e-3);
});

Deno.test("encodeText() applies more than ten layers in their order, from a file too", () => {
  const config = { ...tiny, layers: 11 };
  const p = initText(config, new Rng(5));
  const tokens = tokenisePrompts(["red cat"], config);
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
        tf.add(
          rows(p.characters, tokens.characters),
          rows(p.terms, tokens.terms),
        ),
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
      const { queries, attention: reading } = p.crossModal;
      const asked = tf.expandDims(queries, 0);
      return tf.add(
        asked,
        crossAttention(
          reading,
          asked,
          { tokens: rmsNorm(p.norm, x), mask: tokens.mask },
          config,
        ),
      );
    });
  const { tokens: y } = encodingOf(["red cat"], config, p);
  assertClose(y, inOrder(layers), 1e-4);
  const loaded = treeFrom(leavesOf(p, isNdArray)) as unknown as TextParameters;
  assertClose(encodingOf(["red cat"], config, loaded).tokens, y, 0);
  const swapped = [
    ...layers.slice(0, 2),
    layers[10]!,
    ...layers.slice(3, 10),
    layers[2]!,
  ];
  assert.ok(distance(y, inOrder(swapped)) > 1e-3, "the order must matter");
});
