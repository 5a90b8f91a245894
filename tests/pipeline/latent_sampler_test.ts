import assert from "node:assert/strict";
import { float32, type NdArray } from "lib/core/mod.ts";
import { tokenisePrompts } from "lib/models/text/mod.ts";
import { uploadState } from "lib/compiler/mod.ts";
import {
  energyGuidance,
  sampleFlow,
  sigmaSchedule,
  SOLVERS,
} from "lib/models/diffusion/mod.ts";
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

/** The prompted velocity less that of another prompt, times a scale, off the noise. */
function oneStep(prompt: string, from: string, guidance: number): NdArray {
  const [with_, without] = [velocityOf(prompt), velocityOf(from)];
  const data = noise.data.map((x, i) =>
    x - without.data[i]! - guidance * (with_.data[i]! - without.data[i]!)
  );
  return { dtype: "float32", shape: noise.shape, data };
}

const oneCat = {
  prompts: ["a cat"],
  noise,
  positions: positions(),
  steps: 1,
  guidance: 2.5,
};

Deno.test("guidance leads away from a negative prompt in place of the empty one", async () => {
  using sampler = open();
  const drawn = await sampler.sample({ ...oneCat, negativePrompts: ["a dog"] });
  assertClose(drawn, oneStep("a cat", "a dog", 2.5), 1e-3);
  const empty = await sampler.sample({ ...oneCat, negativePrompts: [""] });
  assert.deepEqual(empty, await sampler.sample(oneCat));
});

Deno.test("guidance acts inside its interval of noise levels alone", async () => {
  using sampler = open();
  const at = (guidanceInterval: [number, number]) =>
    sampler.sample({ ...oneCat, guidanceInterval });
  assertClose(await at([0.2, 0.9]), oneStep("a cat", "", 1), 1e-3);
  assert.deepEqual(await at([0.2, 1]), await sampler.sample(oneCat));
});

Deno.test("solvers of a compiled sampler agree with eager evaluation", async () => {
  using sampler = open();
  for (const solver of ["heun", "dpm++", "unipc"] as const) {
    const drawn = await sampler.sample({
      ...oneCat,
      ...{ guidance: 1, steps: 4, solver },
    });
    const prompts = tokenisePrompts(["a cat"], diffusionConfig.text);
    const eager = await sampleFlow({
      noise,
      sigmas: sigmaSchedule(4),
      solver: SOLVERS[solver],
      velocity: (latents, sigma) =>
        Promise.resolve(
          eagerly(
            {
              ...{ parameters, latents, prompts, positions: positions() },
              sigmas: float32([1], [sigma]),
            },
            ({ parameters, ...inputs }) =>
              promptedVelocity(parameters, inputs, diffusionConfig),
          ) as NdArray<"float32">,
        ),
    });
    assertClose(drawn, eager, 1e-3);
  }
});

Deno.test("given frames are drawn where they are given, and the others fit them", async () => {
  using sampler = open();
  const pair = random("two clips", [2, 2, 1, 2, 8]);
  const noise = float32([1, 2, 1, 2, 8], pair.data.slice(0, 32));
  const options = { ...oneCat, noise, steps: 4 };
  const free = await sampler.sample(options);
  for (const frame of [0, 1]) {
    const given = (clips: number) => ({
      latents: float32(
        [clips, 1, 1, 2, 8],
        Float32Array.from({ length: clips * 16 }, (_, i) => (i % 16) / 8),
      ),
      frames: [frame],
    });
    const held = await sampler.sample({
      ...options,
      given: given(1),
      seed: 3,
    });
    const [from, other] = [16 * frame, 16 - 16 * frame];
    const kept = held.data.slice(from, from + 16);
    assertClose(
      float32([16], kept),
      float32([16], given(1).latents.data),
      1e-4,
    );
    assert.ok(
      held.data.slice(other, other + 16)
        .some((x, i) => Math.abs(x - free.data[other + i]!) > 1e-4),
    );
    const both = await sampler.sample({
      ...{ ...options, noise: pair, given: given(2), seed: 3 },
      prompts: ["a cat", "a dog"],
    });
    assertClose(float32(noise.shape, both.data.slice(0, 32)), held, 1e-4);
  }
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
