import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  flopsOf,
  lossAndGradients,
  openDevice,
  trace,
} from "lib/compiler/mod.ts";
import { isNdArray, mapTree } from "lib/core/mod.ts";
import type { Tensors } from "lib/models/layers/mod.ts";
import { conv3dCase } from "../../bench/conv3d.ts";
import { blockStackOperations } from "../../bench/block_stack.ts";
import {
  checkKernel,
  compileKernel,
  type KernelCase,
} from "../../bench/kernel_case.ts";
import { matmulCase } from "../../bench/matmul.ts";
import { referenceVaeOperations } from "../../bench/reference_vae.ts";
import { checkAgainstEager } from "../../bench/run_training.ts";
import { smallStepCase, stepCase } from "../../bench/step.ts";
import {
  compileCase,
  firstLosses,
  type TrainingCase,
} from "../../bench/training_case.ts";
import { smallVaeCase, vaeCase } from "../../bench/vae.ts";
import "../compiler/_runtime.ts";

const device = await openDevice("cpu");

async function check(given: KernelCase): Promise<void> {
  using kernel = await compileKernel(given, device);
  await checkKernel(given, kernel);
}

const matmul = matmulCase({ m: 5, k: 7, n: 3 });
const conv3d = conv3dCase({ batch: 2, cells: [3, 4, 5], from: 2, to: 3 });

Deno.test("matmul and conv3d agree with plain loops", async () => {
  await check(matmul);
  await check(conv3d);
});

Deno.test("the check of a kernel fails for each result that is wrong", async () => {
  for (const given of [matmul, conv3d]) {
    for (const name of Object.keys(given.results)) {
      const broken: KernelCase = {
        ...given,
        compute: (inputs) => {
          const results = given.compute(inputs);
          return { ...results, [name]: tf.mul(results[name]!, 1.01) };
        },
      };
      await assert.rejects(check(broken), {
        name: "WrongResultError",
        message: new RegExp(`^Refusing to time ${given.name} \\(${name}\\)`),
      });
    }
  }
});

Deno.test("vae and step agree with plain TF.js", async () => {
  await checkAgainstEager(smallVaeCase(), device);
  await checkAgainstEager(
    smallStepCase({ attentionLayers: 1, cnnLayers: 1 }),
    device,
  );
});

Deno.test("step recomputes its blocks in the backward pass with the same result", async () => {
  const small = { attentionLayers: 1, cnnLayers: 1 };
  const given = smallStepCase(small, { recompute: true });
  await checkAgainstEager(given, device);
  using again = await compileCase(given, device);
  using plain = await compileCase(smallStepCase(small), device);
  assert.deepEqual(await firstLosses(again, 3), await firstLosses(plain, 3));
  const barriers = (recompute: boolean): number => {
    const { parameters, batch, lossOf } = smallStepCase(small, { recompute });
    const graph = trace(
      ({ parameters, batch }) => ({
        ...lossAndGradients(
          (parameters: never) => ({
            loss: lossOf(parameters, batch as never),
            metrics: {},
          }),
          parameters as never,
        ).gradients as Record<string, tf.Tensor>,
      }),
      { parameters, batch } as never,
    );
    return graph.nodes.filter(({ op }) => op === "Barrier").length;
  };
  assert.equal(barriers(false), 0);
  assert.ok(barriers(true) > 0);
});

/** A case whose compiled form is traced first, and computes something else. */
function differentWhenCompiled<P, B>(
  given: TrainingCase<P, B>,
): TrainingCase<P, B> {
  let calls = 0;
  return {
    ...given,
    lossOf: (parameters, batch) => {
      const loss = given.lossOf(parameters, batch);
      return calls++ === 0 ? tf.mul(loss, 1.01) : loss;
    },
  };
}

Deno.test("the check of a training step fails when it computes something else", async () => {
  const broken = differentWhenCompiled(
    smallStepCase({ attentionLayers: 1, cnnLayers: 0 }),
  );
  await assert.rejects(checkAgainstEager(broken, device), {
    name: "WrongResultError",
    message:
      /^Refusing to time step, loss of step 1: plain TF.js at a small size gives/,
  });
});

Deno.test("the check of a training step fails when nothing is trained", async () => {
  const given = smallStepCase({ attentionLayers: 1, cnnLayers: 0 });
  const still = {
    ...given,
    lossOf: (
      parameters: Tensors<typeof given.parameters>,
      batch: Tensors<
        typeof given.batch
      >,
    ) => {
      const fixed = given.lossOf(
        tf.engine().tidy(() =>
          mapTree(
            given.parameters,
            isNdArray,
            (x) => tf.tensor(x.data, [...x.shape]),
          ) as never
        ),
        batch,
      );
      const first = Object.values(parameters)[0]!.modulation;
      return tf.add(fixed, tf.mul(tf.sum(first), 0));
    },
  };
  await assert.rejects(checkAgainstEager(still, device), {
    name: "WrongResultError",
    message: /the loss must move visibly in each step/,
  });
});

Deno.test("a compiled training step lowers its loss", async () => {
  using trainer = await compileCase(smallVaeCase(), device);
  const [first, , , , last] = await firstLosses(trainer, 5);
  assert.ok(last! < first!, `${first} is followed by ${last}`);
});

/** Operations of a forward pass, as the compiler counts them. */
function countForward<P, B>(given: TrainingCase<P, B>): number {
  const { parameters, batch, lossOf } = given;
  return flopsOf(trace(
    (inputs: { parameters: unknown; batch: unknown }) => ({
      loss: lossOf(
        inputs.parameters as Tensors<P>,
        inputs.batch as Tensors<B>,
      ),
    }),
    { parameters, batch },
  ));
}

Deno.test("operations of step are three times those of its forward pass", () => {
  const config = {
    width: 24,
    heads: 2,
    cnnWidth: 8,
    attentionLayers: 2,
    cnnLayers: 1,
    textConditioning: "joint" as const,
  };
  const grid = { frames: 2, height: 3, width: 4 };
  assert.equal(
    blockStackOperations(config, 24, 3),
    3 * countForward(stepCase(config, grid, 3)),
  );
});

Deno.test("operations of vae are three times its forward pass, less the clip's gradient", () => {
  const config = {
    patch: 2,
    widths: [8, 16, 24],
    latentChannels: 4,
    groups: 8,
    klWeight: 1,
  };
  const cells = 2 * 8 * 8 * 8;
  const first = 2 * cells * 27 * 12 * 8;
  assert.equal(
    referenceVaeOperations(config, cells),
    3 * countForward(vaeCase(config, [8, 16, 16], 2)) - first,
  );
});
