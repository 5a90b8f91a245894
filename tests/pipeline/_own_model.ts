import * as tf from "@tensorflow/tfjs-core";
import * as z from "zod";
import { float32, scalar, zeros } from "lib/core/mod.ts";
import { initLinear, linear } from "lib/models/layers/mod.ts";
import { pixels } from "lib/models/text_to_video/mod.ts";
import { parts } from "lib/trainer/mod.ts";

/** A module that brings every part, each as small as it can be. */
export default parts({
  // No VAE: cells of 8 x 8 pixels x 2 frames.
  vae: {
    ...pixels,
    settings: z.strictObject({
      space: z.int().default(8),
      time: z.int().default(2),
    }),
  },
  // The number of letters in one token.
  text: {
    settings: z.strictObject({ width: z.int().default(4) }),
    tokens: () => 1,
    width: ({ width }) => width,
    init: ({ width }, rng) => ({ letters: initLinear(rng, 1, width) }),
    tokenise: (prompts) => ({
      letters: float32(
        [prompts.length, 1],
        prompts.map(({ length }) => length),
      ),
    }),
    encode({ letters }, tokens) {
      const row = linear(letters, tf.div(tokens.letters!, 10));
      return {
        tokens: tf.expandDims(row, 1),
        mask: tf.minimum(tokens.letters!, 1),
      };
    },
  },
  // One matrix for each cell, and what the text and the sigma add.
  backbone: {
    settings: z.strictObject({ gain: z.number().default(1) }),
    init: (_, { latentChannels, textWidth }, rng) => ({
      cell: initLinear(rng.fork("cell"), latentChannels, latentChannels),
      text: initLinear(rng.fork("text"), textWidth, latentChannels),
      sigma: zeros([latentChannels]),
    }),
    velocity({ cell, text, sigma }, inputs, { gain }) {
      const given = tf.add(
        linear(text, tf.mean(inputs.text.tokens, 1)),
        tf.mul(tf.expandDims(inputs.sigma, 1), sigma),
      );
      const [B, , , , Z] = inputs.latent.shape as [number, 0, 0, 0, number];
      return tf.mul(
        tf.add(
          linear(cell, inputs.latent),
          tf.reshape(given, [B, 1, 1, 1, Z]),
        ),
        gain,
      );
    },
  },
  // The error of the velocity, absolute.
  loss: {
    settings: z.strictObject({ power: z.number().default(1) }),
    loss({ predict, latents, noise, sigmas }, { power }) {
      const level = tf.reshape(sigmas, [-1, 1, 1, 1, 1]);
      const noisy = tf.add(
        tf.mul(latents, tf.sub(1, level)),
        tf.mul(noise, level),
      );
      const error = tf.sub(predict(noisy, sigmas), tf.sub(noise, latents));
      return tf.mean(tf.pow(tf.abs(error), power), [1, 2, 3, 4]);
    },
    sigmas: (rng, count) =>
      float32([count], Array.from({ length: count }, () => rng.uniform())),
  },
  // Stochastic gradient descent.
  optimiser: {
    settings: z.strictObject({ decay: z.number().default(0) }),
    optimiserOf: ({ decay }) => ({
      init: () => ({}),
      scalars: (_, learningRate) => ({ learningRate: scalar(learningRate) }),
      update({ parameters, gradients, scalars, gate }) {
        const rate = tf.mul(scalars.learningRate!, gate);
        return {
          parameters: mapped(
            parameters,
            gradients,
            (p, g) => tf.sub(p, tf.mul(rate, tf.add(g, tf.mul(p, decay)))),
          ) as typeof parameters,
          moments: {},
        };
      },
      isFrozen: () => false,
    }),
  },
  schedule: {
    settings: z.strictObject({ every: z.int().default(2) }),
    scheduleOf: ({ peak, totalSteps }, { every }) => ({
      totalSteps,
      rateAt: (step) => peak / (1 + Math.floor(step / every)),
    }),
  },
  // A grey that rises with the number of the clip.
  clips: {
    settings: z.strictObject({ count: z.int().default(8) }),
    open: ({ count }, split) => ({
      name: `greys, ${split}`,
      length: count,
      clipAt: (index, { frames, height, width, fps }) =>
        Promise.resolve({
          id: `${split} ${index}`,
          caption: "grey".repeat(1 + index % 3),
          language: "en",
          clip: {
            ...{ frames, height, width, fps },
            data: new Float32Array(frames * height * width * 3)
              .fill((index + 0.5) / count),
          },
        }),
    }),
  },
  // Euler's method from the other end of the step.
  sampler: () => async (latent, from, to, velocity) => {
    const { data } = await velocity(latent, (from + to) / 2);
    return float32(
      latent.shape,
      latent.data.map((value, i) => value + (to - from) * data[i]!),
    );
  },
  metrics: {
    brightness: ({ generated }) =>
      generated.reduce(
        (sum, { data }) => sum + data.reduce((a, b) => a + b, 0) / data.length,
        0,
      ) /
      generated.length,
  },
});

/** Two trees of tensors, leaf by leaf. */
function mapped(
  a: unknown,
  b: unknown,
  of: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): unknown {
  if (a instanceof tf.Tensor) return of(a, b as tf.Tensor);
  return Object.fromEntries(
    Object.entries(a as object).map(([name, value]) =>
      [name, mapped(value, (b as Record<string, unknown>)[name], of)] as const
    ),
  );
}
