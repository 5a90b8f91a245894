/**
 * Parts of one's own, for notebook 14: coloured squares, no VAE, words as one-hot
 * vectors, a residual 3-D CNN, a loss, Lion, a schedule, a solver and a metric.
 * `deno task train --model notebooks/own_model.ts` trains it as well.
 *
 * @module
 */
import {
  addNoise,
  conv3d,
  float32,
  initConv3d,
  initLinear,
  initTimestep,
  layerNorm,
  linear,
  type NdArray,
  parts,
  pixels,
  scalar,
  silu,
  stack,
  tf,
  timestepEmbedding,
  velocityOf,
  z,
} from "lib/mod.ts";

const COLOURS: Record<string, readonly number[]> = {
  red: [1, 0, 0],
  green: [0, 0.8, 0],
  blue: [0, 0.2, 1],
};
const WORDS = [...Object.keys(COLOURS), "square", "moves", "left", "right"];

export default parts({
  /** A square of one of three colours moves to one side; held-out ones start elsewhere. */
  clips: {
    settings: z.strictObject({ count: z.int().min(1).default(240) }),
    open: ({ count }, split) => ({
      name: `${count} squares, ${split}`,
      length: count,
      clipAt(index, { frames, height, width, fps }, rng) {
        const [colour, rgb] = Object.entries(COLOURS)[index % 3]!;
        const isRight = Math.floor(index / 3) % 2 === 0;
        const size = Math.round(height / 3);
        const top = Math.floor(rng.uniform() * (height - size));
        const data = new Float32Array(frames * height * width * 3).fill(0.9);
        for (let t = 0; t < frames; t++) {
          const way = frames === 1 ? 0 : t / (frames - 1);
          const left = Math.round((isRight ? way : 1 - way) * (width - size));
          for (let y = top; y < top + size; y++) {
            for (let x = left; x < left + size; x++) {
              data.set(rgb, ((t * height + y) * width + x) * 3);
            }
          }
        }
        return Promise.resolve({
          id: `${split} ${index}`,
          clip: { frames, height, width, fps, data },
          caption: `a ${colour} square moves ${isRight ? "right" : "left"}`,
          language: "en",
        });
      },
    }),
  },

  /** None: a latent cell is a block of pixels. */
  vae: pixels,

  /** Each known word is a token, `[B,K,K]`; the mask tells which are there. */
  text: {
    settings: z.strictObject({ width: z.int().min(1).default(32) }),
    tokens: () => WORDS.length,
    width: ({ width }) => width,
    init: ({ width }, rng) => ({ words: initLinear(rng, WORDS.length, width) }),
    tokenise: (prompts) => ({
      known: float32(
        [prompts.length, WORDS.length],
        prompts.flatMap((prompt) => {
          const said = prompt.toLowerCase().split(/\W+/);
          return WORDS.map((word) => said.includes(word) ? 1 : 0);
        }),
      ),
    }),
    encode({ words }, { known }) {
      const rows = tf.mul(
        tf.expandDims(known!, 2),
        tf.expandDims(tf.eye(WORDS.length), 0),
      ); // [B,K,K]
      return { tokens: linear(words, rows), mask: known! };
    },
  },

  /** Convolutions over the latent grid, shifted by the sigma and the words. */
  backbone: {
    settings: z.strictObject({
      width: z.int().min(4).default(48).describe("channels"),
      blocks: z.int().min(1).default(4).describe("residual blocks"),
    }),
    init: ({ width, blocks }, { latentChannels, textWidth }, rng) => ({
      input: initLinear(rng.fork("input"), latentChannels, width),
      sigma: initTimestep(rng.fork("sigma"), width),
      text: initLinear(rng.fork("text"), textWidth, width),
      blocks: stack("block", blocks, (_, name) => ({
        shift: initLinear(rng.fork(`${name} shift`), width, width),
        conv: initConv3d(rng.fork(name), 3, width, width),
      })),
      output: initLinear(rng.fork("output"), width, latentChannels, 0.1),
    }),
    velocity(p, { latent, sigma, text }) {
      const said = linear(p.text, tf.sum(text.tokens, 1)); // [B,D]
      const given = silu(tf.add(timestepEmbedding(p.sigma, sigma), said));
      let x = linear(p.input, latent); // [B,t,h,w,D]
      const [B, , , , D] = x.shape as number[];
      for (const { shift, conv } of Object.values(p.blocks)) {
        const shifted = tf.add(
          layerNorm(x),
          tf.reshape(linear(shift, given), [B!, 1, 1, 1, D!]),
        );
        x = tf.add(x, conv3d(conv, silu(shifted)));
      }
      return linear(p.output, layerNorm(x));
    },
  },

  /** Pseudo-Huber (Charbonnier et al. 1997) in place of the square. */
  loss: {
    settings: z.strictObject({ width: z.number().positive().default(0.1) }),
    loss({ predict, latents, noise, sigmas }, { width }) {
      const error = tf.sub(
        predict(addNoise(latents, noise, sigmas), sigmas),
        velocityOf(latents, noise),
      );
      const rooted = tf.sqrt(tf.add(tf.square(error), width ** 2));
      return tf.mean(tf.sub(rooted, width), [1, 2, 3, 4]);
    },
  },

  /** Lion: the sign of the momentum (Chen et al. 2023, arXiv 2302.06675). */
  optimiser: {
    settings: z.strictObject({ scale: z.number().positive().default(0.1) }),
    optimiserOf: ({ scale }) => ({
      init: (parameters) => ({ sum: zerosLike(parameters) }),
      scalars: (_, learningRate) => ({ rate: scalar(scale * learningRate) }),
      isFrozen: () => false,
      update({ parameters, gradients, moments, scalars, gate }) {
        const rate = tf.mul(scalars.rate!, gate);
        const keep = tf.sub(1, tf.mul(0.01, gate)); // all of it where refused
        return {
          parameters: zip((p, g, m) =>
            tf.sub(
              p!,
              tf.mul(rate, tf.sign(tf.add(tf.mul(m!, 0.9), tf.mul(g!, 0.1)))),
            ), parameters, gradients, moments.sum) as typeof parameters,
          moments: {
            sum: zip((m, g) =>
              tf.add(tf.mul(m!, keep), tf.mul(g!, 0.01)), moments.sum, gradients),
          },
        };
      },
    }),
  },

  /** The inverse square root of the update, after a warm-up (Vaswani et al. 2017). */
  schedule: {
    settings: z.strictObject({ warmup: z.int().min(1).default(20) }),
    scheduleOf: ({ peak, totalSteps }, { warmup }) => ({
      totalSteps,
      rateAt: (step) =>
        peak * Math.min((step + 1) / warmup, Math.sqrt(warmup / (step + 1))),
    }),
  },

  /** The midpoint method: two evaluations a step. */
  sampler: () => async (latent, from, to, velocity) => {
    const middle = (from + to) / 2;
    const ahead = moved(latent, middle - from, await velocity(latent, from));
    return moved(latent, to - from, await velocity(ahead, middle));
  },

  /** Share of clips whose strongest colour is the one that the caption names. */
  metrics: {
    rightColour({ generated, captions }) {
      const right = generated.filter(({ data }, i) => {
        const missing = [0, 0, 0]; // of white, by channel
        for (let j = 0; j < data.length; j++) missing[j % 3]! += 0.9 - data[j]!;
        const strongest = missing.indexOf(Math.min(...missing));
        return captions[i]!.includes(Object.keys(COLOURS)[strongest]!);
      });
      return right.length / generated.length;
    },
  },
});

/** `latent + length * velocity` */
function moved(
  latent: NdArray<"float32">,
  length: number,
  { data }: NdArray<"float32">,
): NdArray<"float32"> {
  return float32(latent.shape, latent.data.map((x, i) => x + length * data[i]!));
}

/** A tree of zeros. */
function zerosLike(tree: unknown): unknown {
  const { shape } = tree as NdArray;
  if (shape) return float32(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
  return Object.fromEntries(
    Object.entries(tree as object).map(([name, node]) => [name, zerosLike(node)]),
  );
}

/** Trees of tensors, leaf by leaf. */
function zip(
  of: (...leaves: tf.Tensor[]) => tf.Tensor,
  first: unknown,
  ...others: unknown[]
): unknown {
  if (first instanceof tf.Tensor) return of(first, ...others as tf.Tensor[]);
  return Object.fromEntries(
    Object.entries(first as object).map(([name, node]) => [
      name,
      zip(of, node, ...others.map((tree) => (tree as Record<string, unknown>)[name])),
    ]),
  );
}
