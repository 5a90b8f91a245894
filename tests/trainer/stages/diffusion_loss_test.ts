import { addNoise, flowLoss } from "lib/models/diffusion/mod.ts";
import * as tf from "@tensorflow/tfjs-core";
import { diffusionTrainingLoss } from "lib/trainer/mod.ts";
import { promptedVelocity } from "lib/models/text_to_video/mod.ts";
import { assertClose, eagerly, random, sumOf } from "../../models/_eager.ts";
import {
  diffusionBatch,
  diffusionConfig,
  initDiffusion,
} from "../_tiny_models.ts";

const lossOf = diffusionTrainingLoss(diffusionConfig);
const fresh = initDiffusion();
const batch = diffusionBatch(0);

Deno.test("the loss of a zero prediction is the mean square of the velocity", () => {
  const { latents, noise } = batch;
  const count = latents.data.length;
  const squares = sumOf(count, (i) => (noise.data[i]! - latents.data[i]!) ** 2);
  const loss = eagerly(
    { fresh, batch },
    ({ fresh, batch }) => lossOf(fresh, batch).loss,
  );
  assertClose(loss, { shape: [], data: [squares / count] }, 1e-5);
});

Deno.test("the model input is the noisy latent with its sigma and prompt", () => {
  const awake = {
    ...fresh,
    backbone: {
      ...fresh.backbone,
      output: { ...fresh.backbone.output, weight: random("output", [48, 8]) },
    },
  };
  const { loss, wanted } = eagerly({ awake, batch }, ({ awake, batch }) => {
    const { latents, noise, sigmas } = batch;
    const predicted = promptedVelocity(awake, {
      ...batch,
      latents: addNoise(latents, noise, sigmas),
    }, diffusionConfig);
    return {
      loss: lossOf(awake, batch).loss,
      wanted: tf.mean(flowLoss(predicted, tf.sub(noise, latents))),
    };
  });
  assertClose(loss, wanted, 1e-6);
});
