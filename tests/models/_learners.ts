import * as tf from "@tensorflow/tfjs-core";
import {
  disposeState,
  jitWithState,
  type Loss,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import {
  float32,
  isNdArray,
  type MapLeaves,
  mapTree,
  type NdArray,
  Rng,
} from "lib/core/mod.ts";
import {
  backbone,
  type BackboneConfig,
  type BackboneInputs,
  type BackboneParameters,
  initBackbone,
  tokenPositions,
} from "lib/models/backbone/mod.ts";
import { flowLoss } from "lib/models/diffusion/mod.ts";
import type { Tensors } from "lib/models/layers/mod.ts";
import {
  encodeText,
  initText,
  type PromptTokens,
  type TextParameters,
  tokenisePrompts,
} from "lib/models/text/mod.ts";
import {
  initVae,
  strideOf,
  type VaeConfig,
  vaeLoss,
  type VaeParameters,
} from "lib/models/vae/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import {
  ADAMW_DEFAULTS,
  initTrainState,
  NO_LIMIT,
  trainStep,
  updateScalars,
} from "lib/trainer/mod.ts";
import { device } from "./_device.ts";
import { random } from "./_eager.ts";

/** A model, one batch for it and the loss on that. */
export interface Learner<P, B> {
  readonly initial: P;
  readonly batch: B;
  readonly lossOf: (
    parameters: Tensors<P>,
    batch: Tensors<B>,
  ) => Loss<Record<string, tf.Tensor>>;
}

const tiny = PRESETS.tiny;
const Z = tiny.vae.latentChannels;

/**
 * The tiny VAE on a clip of 12 frames of 32x32: two discs that move.
 *
 * Twelve frames are three in the latent, more than the attention window of one.
 */
export const vaeConfig: VaeConfig = { ...tiny.vae, attentionWindow: 1 };
export function vaeLearner(config = vaeConfig): Learner<
  VaeParameters,
  { clip: NdArray; noise: NdArray }
> {
  return {
    initial: initVae(config, new Rng(3)),
    batch: { clip: discs(12, 32, 32), noise: random("n", [1, 3, 2, 2, Z]) },
    lossOf(p, { clip, noise }) {
      const { loss, ...metrics } = vaeLoss(p, clip, noise, config);
      return { loss, metrics };
    },
  };
}

/** Discs that move over a gradient, in [0,1]: `[1,T,H,W,3]`. */
export function discs(T: number, H: number, W: number): NdArray<"float32"> {
  const data = new Float32Array(T * H * W * 3);
  for (let t = 0; t < T; t++) {
    for (let y = 0; y < H; y++) {
      for (let x = 0; x < W; x++) {
        const inside = (cx: number, cy: number, r: number): number =>
          1 / (1 + Math.exp(Math.hypot(x - cx, y - cy) - r));
        const red = inside(W * (0.2 + 0.05 * t), H * 0.35, 0.2 * H);
        const blue = inside(W * 0.6, H * (0.9 - 0.05 * t), 0.15 * H);
        const at = ((t * H + y) * W + x) * 3;
        data[at] = 0.2 + 0.6 * red;
        data[at + 1] = 0.5 * y / H + 0.2 * (1 - red) * (1 - blue);
        data[at + 2] = 0.2 + 0.6 * blue;
      }
    }
  }
  return float32([1, T, H, W, 3], data);
}

/** A backbone on two latents of 2x2x2 cells at two sigmas of noise. */
export function backboneLearner(
  config: BackboneConfig = tiny.backbone,
): Learner<
  BackboneParameters,
  MapLeaves<BackboneInputs, tf.Tensor, NdArray> & { velocity: NdArray }
> {
  const shape = [2, 2, 2, 2, Z];
  const prompts = tokenisePrompts(["a red cat runs", "a dog"], tiny.text);
  const { queries, outputWidth } = tiny.text;
  return {
    initial: initBackbone(config, {
      latentChannels: Z,
      text: tiny.text,
    }, new Rng(4)),
    batch: {
      latent: random("latent", shape),
      velocity: random("velocity", shape),
      sigma: float32([2], [0.3, 0.7]),
      text: {
        tokens: random("text", [2, queries, outputWidth]),
        mask: float32([2, queries], new Array(2 * queries).fill(1)),
      },
      words: { ids: prompts.words, mask: prompts.wordMask },
      positions: tokenPositions(
        { frames: 2, height: 2, width: 2 },
        strideOf(tiny.vae),
        8,
        config.width / config.heads,
      ),
    },
    lossOf: (p, { velocity, ...inputs }) => ({
      loss: tf.mean(flowLoss(backbone(p, inputs, config), velocity)),
      metrics: {},
    }),
  };
}

/** The text encoder, which is to give four prompts four encodings. */
export function textLearner(): Learner<
  TextParameters,
  { prompts: PromptTokens; wanted: NdArray }
> {
  const { queries, outputWidth } = tiny.text;
  const prompts = ["a red cat", "un gato rojo", "赤い猫", "a dog"];
  return {
    initial: initText(tiny.text, new Rng(5)),
    batch: {
      prompts: tokenisePrompts(prompts, tiny.text),
      wanted: random("wanted", [4, queries, outputWidth]),
    },
    lossOf: (p, { prompts, wanted }) => ({
      loss: tf.mean(
        tf.squaredDifference(encodeText(p, prompts, tiny.text).tokens, wanted),
      ),
      metrics: {},
    }),
  };
}

/** The same model with every parameter moved a little, so that none is zero. */
export function perturbed<P, B>(learner: Learner<P, B>): Learner<P, B> {
  const initial = mapTree(learner.initial, isNdArray, (array, path) => {
    const noise = random(path, array.shape).data;
    return float32(array.shape, array.data.map((v, i) => v + 0.05 * noise[i]!));
  }) as P;
  return { ...learner, initial };
}

/** Trains on the one batch, compiled; tells the loss and metrics of each step. */
export async function learn<P, B>(
  { initial, batch, lossOf }: Learner<P, B>,
  { steps, rate }: { readonly steps: number; readonly rate: number },
): Promise<{ history: Record<string, number>[]; parameters: P }> {
  const state = await uploadState(device, initTrainState(initial));
  using step = jitWithState(
    trainStep(lossOf as never, { optimiser: ADAMW_DEFAULTS, clipNorm: 1 }),
    state as never,
    { device, name: "step" },
  );
  const history: Record<string, number>[] = [];
  for (let i = 1; i <= steps; i++) {
    // Warms up and cools down: the end is less noisy than the middle.
    const pace = Math.min(1, i / 10, 2 * (1 - i / (steps + 1)));
    const scalars = updateScalars(i, rate * pace, NO_LIMIT, ADAMW_DEFAULTS);
    const outputs = await step.run({ batch, scalars } as never);
    history.push(
      Object.fromEntries(
        Object.entries(outputs as Record<string, NdArray>)
          .map(([name, { data }]) => [name, data[0]!]),
      ),
    );
  }
  const { parameters } = await readState(state) as unknown as {
    parameters: P;
  };
  disposeState(state);
  return { history, parameters };
}
