import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import {
  arraysOf,
  jit,
  lossAndGradients,
  tensorsOf,
} from "lib/compiler/mod.ts";
import { isNdArray, leavesOf, type NdArray } from "lib/core/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { device } from "./_device.ts";
import {
  backboneLearner,
  type Learner,
  perturbed,
  vaeConfig,
  vaeLearner,
} from "./_learners.ts";

/** Asserts that loss and gradients are the same compiled as they are eagerly. */
async function assertCompiles<P, B>(learner: Learner<P, B>): Promise<void> {
  const { initial, batch, lossOf } = perturbed(learner);
  const inputs = { parameters: initial, batch };
  const fn = ({ parameters, batch }: ReturnType<typeof tensorsOf<never>>) => {
    const { loss, gradients } = lossAndGradients(
      (p) => lossOf(p as never, batch as never),
      parameters,
    );
    return { loss, gradients };
  };
  tf.engine().startScope();
  const eager = arraysOf(fn(tensorsOf(inputs) as never));
  tf.engine().endScope();
  using compiled = jit(fn as never, { device, name: "loss and gradients" });
  const found = new Map(
    leavesOf<NdArray>(await compiled.run(inputs as never), isNdArray),
  );
  const leaves = leavesOf<NdArray>(eager, isNdArray);
  assert.equal(found.size, leaves.length);
  for (const [path, { shape, data }] of leaves) {
    const other = found.get(path)!;
    assert.deepEqual(other.shape, shape, path);
    const largest = Array.from(data).reduce(
      (a, x) => Math.max(a, Math.abs(x)),
      0,
    );
    for (const [i, value] of data.entries()) {
      const error = Math.abs(other.data[i]! - value);
      assert.ok(error <= 1e-3 * largest + 1e-6, `${path} at ${i}: ${error}`);
    }
  }
}

Deno.test("a VideoVAE with shortcuts is the same compiled, gradients included", async () => {
  await assertCompiles(vaeLearner({ ...vaeConfig, shortcut: true }));
});

Deno.test("a backbone that predicts the latent is the same compiled, gradients included", async () => {
  await assertCompiles(
    backboneLearner({ ...PRESETS.tiny.backbone, prediction: "x0" }),
  );
});

Deno.test("a backbone with a prompt MLP is the same compiled, gradients included", async () => {
  await assertCompiles(
    backboneLearner({ ...PRESETS.tiny.backbone, pooledContextTokens: 3 }),
  );
});
