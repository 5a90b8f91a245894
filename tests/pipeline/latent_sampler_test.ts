import assert from "node:assert/strict";
import { float32, type NdArray } from "lib/core/mod.ts";
import { tokenisePrompts } from "lib/models/text/mod.ts";
import { uploadState } from "lib/compiler/mod.ts";
import { energyGuidance } from "lib/models/diffusion/mod.ts";
import { promptedVelocity } from "lib/models/text_to_video/mod.ts";
import {
  type LatentSampler,
  samplerOf,
  type SamplerOptions,
} from "lib/pipeline/mod.ts";
import * as tf from "@tensorflow/tfjs-core";
import { assertClose, distance, eagerly, random } from "../models/_eager.ts";
import {
  device,
  diffusionConfig,
  initDiffusion,
  positions,
} from "../trainer/_tiny_models.ts";

const fresh = initDiffusion();
/** Prompts steer through the modulation, which is zero before training. */
const parameters = {
  ...fresh,
  backbone: {
    ...fresh.backbone,
    modulation: {
      ...fresh.backbone.modulation,
      weight: random("modulation", [48, 6 * 48]),
    },
    output: { ...fresh.backbone.output, weight: random("output", [48, 8]) },
  },
};
const noise = random("noise", [1, 2, 1, 2, 8]);
const state = await uploadState(device, parameters);

function open(options?: SamplerOptions): LatentSampler {
  return samplerOf(device, state, diffusionConfig, options);
}

function sample(
  sampler: LatentSampler,
  prompt: string,
  guidance: number,
  steps = 1,
): Promise<NdArray<"float32">> {
  return sampler.sample({
    prompts: [prompt],
    noise,
    positions: positions(),
    steps,
    guidance,
  });
}

/** The velocity of the noise itself, which one step takes off. */
function velocityOf(prompt: string): NdArray {
  const prompts = tokenisePrompts([prompt], diffusionConfig.text);
  const sigmas = float32([1], [1]);
  return eagerly(
    { parameters, noise, prompts, sigmas, positions: positions() },
    ({ parameters, noise, prompts, sigmas, positions }) =>
      promptedVelocity(parameters, {
        latents: noise,
        sigmas,
        prompts,
        positions,
      }, diffusionConfig),
  );
}

Deno.test("a sampler's one step takes the guided velocity off the noise", async () => {
  using sampler = open();
  const [cat, free] = [velocityOf("a cat"), velocityOf("")];
  assert.ok(distance(cat, free) > 1e-3, "the prompt must matter");
  for (const guidance of [0, 1, 2.5]) {
    const data = noise.data.map((x, i) => {
      const [with_, without] = [cat.data[i]!, free.data[i]!];
      return x - (without + guidance * (with_ - without));
    });
    const drawn = await sample(sampler, "a cat", guidance);
    assertClose(drawn, { shape: noise.shape, data }, 1e-3);
  }
});

Deno.test("a sampler draws the same from the same noise, and another prompt draws otherwise", async () => {
  using sampler = open();
  const cat = await sample(sampler, "a cat", 1.5, 3);
  assert.deepEqual(await sample(sampler, "a cat", 1.5, 3), cat);
  assert.ok(distance(await sample(sampler, "a dog", 1.5, 3), cat) > 1e-3);
});

Deno.test("guidances act on the prompted velocity, one after the other", async () => {
  using plain = open();
  // Of clean latents x: moves them by 0.1 times 3, then by 0.1 times 2 x.
  using steered = open({
    guidances: [
      energyGuidance((x) => tf.sum(tf.mul(x, 3)), 0.1),
      energyGuidance((x) => tf.sum(tf.square(x)), 0.1),
    ],
  });
  const clean = await sample(plain, "a cat", 2);
  const data = clean.data.map((x) => (x - 0.3) * 0.8);
  const drawn = await sample(steered, "a cat", 2);
  assertClose(drawn, { shape: noise.shape, data }, 1e-4);
});

Deno.test("a sampler that was disposed of refuses to draw", async () => {
  const sampler = open();
  await sample(sampler, "a cat", 1);
  sampler[Symbol.dispose]();
  sampler[Symbol.dispose]();
  await assert.rejects(() => sample(sampler, "a cat", 1), {
    name: "DisposedError",
    message: /^Cannot use the sampler: /,
  });
});
