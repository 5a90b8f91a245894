import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { disposeState, tensorsOf, uploadState } from "lib/compiler/mod.ts";
import "lib/compiler/eager.ts";
import { float32, Rng } from "lib/core/mod.ts";
import { initDecoder, promptedDecode } from "lib/models/decoder/mod.ts";
import { mixNoise } from "lib/models/diffusion/mod.ts";
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
  const noisy = { ...inputs, latents: mixNoise(latents, noise, inputs.levels) };
  const { guess, tokens } = guessAt(diffusion, noisy, diffusionConfig);
  assert.deepEqual(tokens.shape, [2, 2, 1, 2, backbone.width]);
  const velocity = promptedVelocity(diffusion, noisy, diffusionConfig)
    .dataSync();
  const [x, found] = [noisy.latents.dataSync(), guess.dataSync()];
  for (const [i, value] of found.entries()) {
    const level = i < found.length / 2 ? 0.3 : 0.8;
    assert.ok(Math.abs(x[i]! - level * velocity[i]! - value) < 1e-5);
  }
});

Deno.test("a finisher goes from noise to pixels, steered by each prompt, after what a guesser sees at the level", async () => {
  const diffusion = initDiffusion();
  const latents = new Rng(4).normals([2, 2, 1, 2, vae.latentChannels]);
  const noise = new Rng(5).normals([2, 8, 16, 32, 3]);
  const given = {
    prompts: ["a red cat", "a blue dog"],
    latents,
    positions: positions(),
  };
  using guesser = await openGuesser(device, diffusion, diffusionConfig);
  const guessOf = async (prompts: string[]) =>
    tensorsOf(
      await guesser.guess({
        ...given,
        prompts,
        levels: float32([2], [0.4, 0.4]),
      }),
    );
  const prompted = await guessOf(given.prompts);
  const free = await guessOf(["", ""]);
  const parameters = tensorsOf(decoder);
  const cleanAt = (noisy: tf.Tensor, s: number): tf.Tensor => {
    const [a, b] = [prompted, free].map((guess) =>
      promptedDecode(
        parameters,
        { ...guess, noisy, level: tf.fill([2], s) },
        DECODERS.tiny,
      )
    ) as [tf.Tensor, tf.Tensor];
    return tf.add(b, tf.mul(tf.sub(a, b), 3));
  };
  // Half of the noise goes with the first of two steps, the rest with the other.
  const start = tensorsOf({ noise }).noise;
  const half = tf.mul(tf.add(start, cleanAt(start, 1)), 0.5);
  const wanted = tf.mul(tf.add(cleanAt(half, 0.5), 1), 0.5).dataSync();
  const state = await uploadState(device, { diffusion, decoder });
  using finisher = finisherOf(
    device,
    state,
    { ...diffusionConfig, decoder: DECODERS.tiny },
  );
  const how = { ...given, noise, steps: 2, guidance: 3, fps: 8 };
  const clips = await finisher.finish({ ...how, level: 0.4 });
  assert.deepEqual(
    clips.map(({ frames, height, width, fps }) => [frames, height, width, fps]),
    [[8, 16, 32, 8], [8, 16, 32, 8]],
  );
  const found = clips.flatMap(({ data }) => [...data]);
  for (const [i, value] of found.entries()) {
    assert.ok(Math.abs(value - wanted[i]!) < 1e-4, `${i}`);
  }
  const changes = [{ level: 0.6 }, { guidance: 1 }, { shift: 2 }, {
    solver: "heun",
  }] as const;
  for (const change of changes) {
    const [other] = await finisher.finish({ ...how, level: 0.4, ...change });
    assert.ok(
      other!.data.some((v, i) => Math.abs(v - clips[0]!.data[i]!) > 1e-4),
      JSON.stringify(change),
    );
  }
  disposeState(state);
});
