import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { arraysOf, lossAndGradients, tensorsOf } from "lib/compiler/mod.ts";
import { isNdArray, leavesOf, type NdArray } from "lib/core/mod.ts";
import { pureTransformer } from "lib/models/backbone/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import {
  backboneLearner,
  type Learner,
  perturbed,
  textLearner,
  vaeConfig,
  vaeLearner,
} from "./_learners.ts";

/** Weights of several projections in one product, whose parts must all learn. */
const PARTS: [suffix: RegExp, parts: number][] = [
  [/qkv\/weight$/, 3],
  [/keyValue\/weight$/, 2],
];

/** Asserts that every parameter has a gradient that is finite and somewhere not zero. */
function assertGradientsFlow<P, B>(learner: Learner<P, B>): void {
  const { initial, batch, lossOf } = perturbed(learner);
  tf.engine().startScope();
  const tensors = tensorsOf(batch) as never;
  const { gradients } = lossAndGradients(
    (parameters) => lossOf(parameters as never, tensors),
    tensorsOf(initial),
  );
  const leaves = leavesOf<NdArray>(arraysOf(gradients), isNdArray);
  tf.engine().endScope();
  assert.deepEqual(
    leaves.map(([path]) => path),
    leavesOf(initial, isNdArray).map(([path]) => path),
  );
  for (const [path, { shape, data }] of leaves) {
    assert.ok(data.every(Number.isFinite), `${path} is not finite`);
    const parts = PARTS.find(([suffix]) => suffix.test(path))?.[1] ?? 1;
    const width = shape.at(-1) ?? 1;
    for (let part = 0; part < parts; part++) {
      let largest = 0;
      data.forEach((value, i) => {
        if (Math.floor((i % width) / (width / parts)) !== part) return;
        largest = Math.max(largest, Math.abs(value));
      });
      assert.ok(largest > 1e-8, `${path}, part ${part}: ${largest}`);
    }
  }
}

Deno.test("every parameter of the VideoVAE has a gradient", () => {
  assertGradientsFlow(vaeLearner());
});

Deno.test("every parameter of the text encoder has a gradient", () => {
  assertGradientsFlow(textLearner());
});

Deno.test("every parameter of the hybrid backbone has a gradient", () => {
  assertGradientsFlow(backboneLearner());
});

Deno.test("every parameter of the pure Transformer has a gradient", () => {
  assertGradientsFlow(
    backboneLearner(pureTransformer(PRESETS.tiny.backbone)),
  );
});

Deno.test("every parameter of a backbone without word embeddings has a gradient", () => {
  assertGradientsFlow(
    backboneLearner({ ...PRESETS.tiny.backbone, wordEmbeddings: false }),
  );
});

Deno.test("every parameter of a backbone with a prompt MLP has a gradient", () => {
  assertGradientsFlow(
    backboneLearner({ ...PRESETS.tiny.backbone, pooledContextTokens: 3 }),
  );
});

Deno.test("every parameter of a VideoVAE with shortcuts has a gradient", () => {
  assertGradientsFlow(vaeLearner({ ...vaeConfig, shortcut: true }));
});

Deno.test("every parameter of a backbone that predicts the latent has a gradient", () => {
  assertGradientsFlow(
    backboneLearner({ ...PRESETS.tiny.backbone, prediction: "x0" }),
  );
});
