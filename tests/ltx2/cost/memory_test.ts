import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { lossAndGradients, peakBytes, remat, trace } from "lib/compiler/mod.ts";
import { optimise } from "lib/compiler/passes/pipeline.ts";
import {
  type BackboneShape,
  type MemoryPlan,
  totalBytes,
  trainingMemory,
} from "lib/ltx2/mod.ts";
import { backbone, type BackboneInputs } from "lib/models/backbone/mod.ts";
import { metaInit } from "lib/models/layers/mod.ts";
import { clipByGlobalNorm } from "lib/trainer/optimiser/mod.ts";
import { initModels, modelFunctions } from "lib/models/text_to_video/mod.ts";
import { type ModelConfig } from "lib/models/text_to_video/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

const PLAN: MemoryPlan = {
  microBatch: 1,
  recompute: false,
  attentionParts: 1,
  averageOnDevice: false,
};
/** 4 x 16 x 16 cells: so many that the gradients of weights hardly count. */
const CLIP = { frames: 16, height: 256, width: 256 };
const VIDEO = 1024;

/** The most that the intermediate values of a real backward pass take. */
function traced(shape: BackboneShape, plan: MemoryPlan): number {
  const config: ModelConfig = { ...PRESETS.tiny, backbone: shape };
  const { inputs } = modelFunctions(config, CLIP, plan.microBatch).backbone;
  const graph = trace(
    (all: { parameters: unknown; inputs: unknown }) => {
      const { gradients } = lossAndGradients((parameters) => {
        const velocity = backbone(
          parameters as Parameters<typeof backbone>[0],
          all.inputs as BackboneInputs,
          shape,
          plan.recompute ? { remat } : {},
        );
        return { loss: tf.mean(tf.square(velocity)), metrics: {} };
      }, all.parameters);
      return clipByGlobalNorm(gradients, 1);
    },
    { parameters: initModels(config, metaInit()).backbone, inputs },
  );
  return peakBytes(optimise(graph));
}

const SHAPES: readonly BackboneShape[] = [
  { attentionLayers: 4, cnnLayers: 2 },
  { attentionLayers: 5, cnnLayers: 1 },
  { attentionLayers: 6, cnnLayers: 0 },
].map((layers) => ({
  ...layers,
  width: 64,
  heads: 1, // so that scores do not drown the rest
  cnnWidth: 21,
  textConditioning: "joint",
}));

Deno.test("trainingMemory() foretells the peak of the compiler's graphs within 6 %", () => {
  const { queries, maxWords } = PRESETS.tiny.text;
  const counts = { video: VIDEO, text: queries + maxWords };
  for (const shape of SHAPES) {
    for (const recompute of [false, true]) {
      for (const microBatch of [1, 2]) {
        const plan = { ...PLAN, recompute, microBatch };
        const estimate = totalBytes(trainingMemory(0, shape, counts, plan));
        const ratio = estimate / traced(shape, plan);
        assert.ok(
          Math.abs(ratio - 1) < 0.06,
          `${JSON.stringify({ ...shape, ...plan })}: ${ratio.toFixed(3)}`,
        );
      }
    }
  }
});

Deno.test("trainingMemory() counts four numbers for each parameter, five with an average", () => {
  const shape = SHAPES[0]!;
  const bytes = (parameters: number, averageOnDevice: boolean): number =>
    totalBytes(
      trainingMemory(parameters, shape, { video: 8, text: 0 }, {
        ...PLAN,
        averageOnDevice,
      }),
    );
  assert.equal(bytes(1000, false) - bytes(0, false), 16_000);
  assert.equal(bytes(1000, true) - bytes(0, true), 20_000);
});

Deno.test("trainingMemory() takes less for attention in parts, and only there", () => {
  const shape = SHAPES[0]!;
  const memory = (attentionParts: number): ReturnType<typeof trainingMemory> =>
    trainingMemory(0, shape, { video: 1000, text: 0 }, {
      ...PLAN,
      recompute: true,
      attentionParts,
    });
  const whole = memory(1);
  const heads = memory(4);
  assert.equal(whole.kept, heads.kept);
  // Two matrices [heads,N,N] of float32, and then a quarter of them.
  assert.equal(whole.block - heads.block, 0.75 * 2 * 1 * 1000 ** 2 * 4);
});
