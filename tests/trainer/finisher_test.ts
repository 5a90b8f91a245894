import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { disposeState, tensorsOf, uploadState } from "lib/compiler/mod.ts";
import "lib/compiler/eager.ts";
import { float32, Rng } from "lib/core/mod.ts";
import { initDecoder, promptedDecode } from "lib/models/decoder/mod.ts";
import { addNoise } from "lib/models/diffusion/mod.ts";
import { DECODERS, PRESETS } from "lib/recipes/presets.ts";
import {
  finisherOf,
  guessAt,
  openGuesser,
  promptedVelocity,
} from "lib/trainer/mod.ts";
import {
  device,
  diffusionBatch,
  diffusionConfig,
  initDiffusion,
  positions,
} from "./_tiny_models.ts";

const { vae, text, backbone } = PRESETS.tiny;
const decoder = initDecoder(DECODERS.tiny, {
  latentChannels: vae.latentChannels,
  backboneWidth: backbone.width,
  textWidth: text.outputWidth,
}, new Rng(3));

Deno.test("a guess is the noisy latent less what the velocity says is noise", () => {
  const diffusion = tensorsOf(initDiffusion());
  const { latents, noise, ...inputs } = tensorsOf(diffusionBatch(0));
  const noisy = {
    ...{ ...inputs, latents: addNoise(latents, noise, inputs.sigmas) },
    seconds: tf.tensor1d([-0.25, 0.25]),
  };
  const { guess, tokens, seconds } = guessAt(diffusion, noisy, diffusionConfig);
  assert.deepEqual(tokens.shape, [2, 2, 1, 2, backbone.width]);
  assert.deepEqual([...seconds.dataSync()], [-0.25, 0.25, -0.25, 0.25]);
  const velocity = promptedVelocity(diffusion, noisy, diffusionConfig)
    .dataSync();
  const [x, found] = [noisy.latents.dataSync(), guess.dataSync()];
  for (const [i, value] of found.entries()) {
    const level = i < found.length / 2 ? 0.3 : 0.8;
    assert.ok(Math.abs(x[i]! - level * velocity[i]! - value) < 1e-5);
  }
});

Deno.test("a finisher decodes under each prompt what a guesser sees at the level", async () => {
  const diffusion = initDiffusion();
  const latents = new Rng(4).normals([2, 2, 1, 2, vae.latentChannels]);
  const given = {
    prompts: ["a red cat", ""],
    latents,
    positions: positions(),
    seconds: float32([2], [-0.25, 0.25]),
  };
  using guesser = await openGuesser(device, diffusion, diffusionConfig);
  const guess = await guesser.guess({
    ...given,
    sigmas: float32([2], [0.4, 0.4]),
  });
  const wanted = promptedDecode(
    tensorsOf(decoder),
    tensorsOf(guess),
    DECODERS.tiny,
  ).dataSync();
  const state = await uploadState(device, { diffusion, decoder });
  using finisher = finisherOf(
    device,
    state,
    { ...diffusionConfig, decoder: DECODERS.tiny },
  );
  const clips = await finisher.finish({ ...given, level: 0.4, fps: 8 });
  assert.deepEqual(
    clips.map(({ frames, height, width, fps }) => [frames, height, width, fps]),
    [[8, 16, 32, 8], [8, 16, 32, 8]],
  );
  const found = clips.flatMap(({ data }) => [...data]);
  for (const [i, value] of found.entries()) {
    assert.ok(Math.abs(value - wanted[i]!) < 1e-4, `${i}`);
  }
  const [other] = await finisher.finish({ ...given, level: 0.6, fps: 8 });
  assert.ok(
    other!.data.some((v, i) => Math.abs(v - clips[0]!.data[i]!) > 1e-4),
  );
  disposeState(state);
});
