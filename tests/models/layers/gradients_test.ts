import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { lossAndGradients } from "lib/compiler/mod.ts";
import { Rng } from "lib/core/mod.ts";
import { layerNorm, rmsNorm, silu } from "lib/models/layers/mod.ts";
import { attention } from "lib/models/layers/attention.ts";
import "../_eager.ts";

type Named = Record<string, tf.Tensor>;

const rng = new Rng(11);
const random = (...shape: number[]): tf.Tensor =>
  tf.tensor(rng.normals(shape).data, shape);

/** Gradients of a randomly weighted sum, so that no error can cancel out. */
function gradientsOf(fn: (given: Named) => tf.Tensor, given: Named): Named {
  return lossAndGradients((p: Named) => {
    const y = fn(p);
    const weights = tf.tensor(
      new Rng(3).normals(y.shape).data,
      y.shape,
    );
    return { loss: tf.sum(tf.mul(y, weights)), metrics: {} };
  }, given).gradients;
}

/** Layers whose gradient is written out, beside their definition in parts. */
const LAYERS: readonly {
  name: string;
  given: Named;
  written: (given: Named) => tf.Tensor;
  parts: (given: Named) => tf.Tensor;
}[] = [
  {
    name: "silu()",
    given: { x: random(3, 5) },
    written: ({ x }) => silu(x!),
    parts: ({ x }) => tf.mul(x!, tf.sigmoid(x!)),
  },
  {
    name: "rmsNorm()",
    given: { x: random(2, 3, 6), scale: random(6) },
    written: ({ x, scale }) => rmsNorm({ scale: scale! }, x!),
    parts: ({ x, scale }) =>
      tf.mul(
        tf.div(x!, tf.sqrt(tf.add(tf.mean(tf.mul(x!, x!), -1, true), 1e-6))),
        scale!,
      ),
  },
  {
    name: "layerNorm()",
    given: { x: random(2, 3, 6) },
    written: ({ x }) => layerNorm(x!),
    parts: ({ x }) => {
      const { mean, variance } = tf.moments(x!, -1, true);
      return tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, 1e-6)));
    },
  },
  {
    name: "attention()",
    given: {
      x: random(2, 3, 8),
      tokens: random(2, 4, 8),
      qkvWeight: random(8, 24),
      qkvBias: random(24),
      outWeight: random(8, 8),
      outBias: random(8),
    },
    written: (p) =>
      attention(
        {
          qkv: { weight: p.qkvWeight!, bias: p.qkvBias! },
          out: { weight: p.outWeight!, bias: p.outBias! },
        },
        p.x!,
        {
          heads: 2,
          context: {
            tokens: p.tokens!,
            mask: tf.tensor([[1, 1, 0, 1], [1, 0, 0, 0]]),
          },
        },
      ),
    parts: (p) => {
      const mask = [[1, 1, 1, 1, 1, 0, 1], [1, 1, 1, 1, 0, 0, 0]];
      const bias = tf.reshape(tf.mul(tf.sub(1, tf.tensor(mask)), -1e9), [
        2,
        1,
        7,
      ]);
      const all = tf.concat([p.x!, p.tokens!], 1);
      const product = tf.add(
        tf.reshape(
          tf.matMul(tf.reshape(all, [14, 8]), p.qkvWeight as tf.Tensor2D),
          [2, 7, 24],
        ),
        p.qkvBias!,
      );
      const heads = [0, 1].map((head) => {
        const part = (which: number): tf.Tensor =>
          tf.slice(product, [0, 0, which * 8 + head * 4], [2, 7, 4]);
        const q = tf.slice(part(0), [0, 0, 0], [2, 3, 4]);
        const scores = tf.div(tf.matMul(q, part(1), false, true), 2);
        const e = tf.exp(tf.add(scores, bias));
        return tf.matMul(tf.div(e, tf.sum(e, -1, true)), part(2));
      });
      const joined = tf.reshape(tf.concat(heads, 2), [6, 8]);
      return tf.reshape(
        tf.add(
          tf.matMul(joined as tf.Tensor2D, p.outWeight as tf.Tensor2D),
          p.outBias!,
        ),
        [2, 3, 8],
      );
    },
  },
];

for (const { name, given, written, parts } of LAYERS) {
  Deno.test(`${name} has the value and the gradients of its definition`, () => {
    const pairs: [string, tf.Tensor, tf.Tensor][] = [
      ["value", written(given), parts(given)],
    ];
    const [ours, theirs] = [
      gradientsOf(written, given),
      gradientsOf(parts, given),
    ];
    for (const input of Object.keys(given)) {
      pairs.push([input, ours[input]!, theirs[input]!]);
    }
    for (const [what, actual, expected] of pairs) {
      const values = actual.dataSync();
      expected.dataSync().forEach((wanted, i) =>
        assert.ok(
          Math.abs(values[i]! - wanted) < 2e-5 * (1 + Math.abs(wanted)),
          `${what}[${i}] is ${values[i]}, must be ${wanted}`,
        )
      );
    }
  });
}
