import { LTX2, type Ltx2Config } from "./configuration.ts";
import {
  backboneFlops,
  type BackboneShape,
  type TokenCounts,
  totalFlops,
} from "./cost/flops.ts";
import { type MemoryPlan, totalBytes, trainingMemory } from "./cost/memory.ts";
import {
  type CostPhase,
  phaseClips,
  phaseTokens,
  type Stride,
} from "./cost/phases.ts";
import { componentsOf } from "./inventory/components.ts";
import { compressionOf } from "./inventory/video_vae.ts";
import { clipTokens } from "./rope.ts";

/** This project's model: the quantities that its cost depends on. */
export interface OwnModel {
  readonly hybrid: BackboneShape;
  /** The same depth and width with LTX-2's blocks only. */
  readonly pure: BackboneShape;
  readonly parameters: {
    readonly backbone: number;
    readonly text: number;
    readonly vae: number;
  };
  readonly latent: Stride & { readonly channels: number };
  /** Tokens of a prompt in the backbone. */
  readonly textTokens: number;
  readonly phases: readonly CostPhase[];
}

/** A design decision, its reason and its saving. */
export interface Decision {
  readonly name: string;
  readonly ltx2: string;
  readonly ours: string;
  readonly reason: string;
  readonly saves: {
    readonly what: string;
    readonly unit: string;
    readonly before: number;
    readonly after: number;
  };
}

/** A clip of the first phase, plus the extra frame of LTX-2's causal VAE. */
const SMALL_CLIP = { frames: 17, height: 256, width: 256 };

/** A step of the largest phase without any memory saving. */
const PLAIN: Omit<MemoryPlan, "microBatch"> = {
  recompute: false,
  attentionParts: 1,
  averageOnDevice: true,
};

/**
 * A step with every memory saving: one clip, rematerialised blocks, EMA on the
 * host. Attention holds at most 128 MB of scores at once, which in the largest
 * phase is an eighth of them.
 */
export const CAREFUL: MemoryPlan = {
  microBatch: 1,
  recompute: true,
  attentionParts: 8,
  averageOnDevice: false,
};

/**
 * The five decisions where this project's architecture departs from LTX-2, each
 * with the quantity that decided it, before and after.
 *
 * @example
 * ```ts
 * import { decisionsOf } from "lib/ltx2/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const hybrid = { width: 768, heads: 12, attentionLayers: 30, cnnLayers: 18, cnnWidth: 256, textConditioning: "joint" } as const;
 * const decisions = decisionsOf({
 *   hybrid,
 *   pure: { ...hybrid, attentionLayers: 48, cnnLayers: 0, textConditioning: "cross" },
 *   parameters: { backbone: 280e6, text: 85e6, vae: 120e6 },
 *   latent: { space: 16, time: 4, channels: 256 },
 *   textTokens: 64,
 *   phases: [{ name: "1", epochs: 20, samples: 1000, batch: 4, width: 256, height: 256, frames: 16 }],
 * });
 * assert.equal(decisions.length, 5);
 * for (const { saves } of decisions) assert.ok(saves.after <= saves.before);
 * ```
 */
export function decisionsOf(
  own: OwnModel,
  config: Ltx2Config = LTX2,
): Decision[] {
  return [
    hybridBackbone(own, config),
    gentlerCompression(own, config),
    ownTextEncoder(own, config),
    growingCurriculum(own),
    careWithMemory(own),
  ];
}

/** Memory of the reference card, bytes: its 8 GB are 8 GiB. */
export const CARD_BYTES = 8 * 2 ** 30;

/** Video tokens of the largest phase. */
function mostTokens({ phases, latent }: OwnModel): number {
  return Math.max(...phases.map((phase) => phaseTokens(phase, latent)));
}

function hybridBackbone(own: OwnModel, { blocks }: Ltx2Config): Decision {
  const { hybrid, pure } = own;
  const counts = countsOf(own, mostTokens(own));
  return {
    name: "Hybrid backbone",
    ltx2: `${blocks} blocks, each with attention to video and to text`,
    ours: `${hybrid.attentionLayers} attention blocks, which read the text ` +
      `with the video, between ${hybrid.cnnLayers} blocks of 3x3x3 ` +
      "convolutions in a bottleneck",
    reason: "Neighbouring cells move together, and a convolution over " +
      "neighbours needs no square of the tokens; attention is left where " +
      "distant cells must agree.",
    saves: {
      what: "Forward pass, a clip of the last phase",
      unit: "TFLOP",
      before: totalFlops(backboneFlops(pure, counts)) / 1e12,
      after: totalFlops(backboneFlops(hybrid, counts)) / 1e12,
    },
  };
}

function gentlerCompression(own: OwnModel, config: Ltx2Config): Decision {
  const { vae } = config;
  const ltx2 = compressionOf(vae);
  const { space, time, channels } = own.latent;
  const ratio = space ** 2 * time * vae.imageChannels / channels;
  const parameters = componentsOf(config)
    .filter(({ name }) => name.startsWith("VAE"))
    .reduce((sum, { parameters }) => sum + parameters, 0);
  return {
    name: "VideoVAE",
    ltx2: `${ltx2.space}x${ltx2.space}x${ltx2.time} pixels in ` +
      `${ltx2.channels} channels, ${ltx2.ratio}:1, for long clips`,
    ours: `${space}x${space}x${time} pixels in ${channels} channels, ` +
      `${ratio}:1, with attention over time at the bottleneck`,
    reason:
      `Clips here are small: LTX-2's cells would leave ${
        clipTokens(SMALL_CLIP, ltx2)
      } tokens of ${SMALL_CLIP.frames} frames of ${SMALL_CLIP.width}x` +
      `${SMALL_CLIP.height}, too few to place an object. Finer cells keep ` +
      "detail, and a VAE that need not squeeze so hard can be a tenth as large.",
    saves: {
      what: "Weights of the VAE, float32",
      unit: "GB",
      before: gigabytes(parameters),
      after: gigabytes(own.parameters.vae),
    },
  };
}

function ownTextEncoder(own: OwnModel, config: Ltx2Config): Decision {
  const between = componentsOf(config)
    .filter(({ name }) => name.startsWith("text"))
    .reduce((sum, { parameters }) => sum + parameters, 0);
  return {
    name: "Multilingual text encoder",
    ltx2:
      "Gemma 3 12B, frozen: all hidden states, a projection, two connectors",
    ours: "characters of all of Unicode, hashed n-grams and video terms, " +
      "trained with the backbone",
    reason: "A language model of 12 billion parameters fits no 8 GB card in " +
      "float32, six times over. Captions of rendered scenes exist in a " +
      "hundred languages, so a small encoder can be trained on them.",
    saves: {
      what: "Weights that read the prompt, float32",
      unit: "GB",
      before: gigabytes(config.text.encoderParameters + between),
      after: gigabytes(own.parameters.text),
    },
  };
}

function growingCurriculum(own: OwnModel): Decision {
  const flops = (tokens: number): number =>
    totalFlops(backboneFlops(own.hybrid, countsOf(own, tokens)));
  const most = mostTokens(own);
  const sum = (tokensOf: (phase: CostPhase) => number): number =>
    own.phases.reduce(
      (total, phase) => total + phaseClips(phase) * flops(tokensOf(phase)),
      0,
    );
  return {
    name: "Rectified flow, learned on growing clips",
    ltx2: "rectified flow: v = noise - clip, 40 Euler steps, guidance 4",
    ours: "the same flow, in phases from small short clips of one object to " +
      "large long ones",
    reason: "Straight paths need few sampling steps, so LTX-2's flow stays. " +
      "What an object and a direction are is learned on few tokens; only the " +
      "later phases pay for many.",
    saves: {
      what: "Forward passes of all epochs",
      unit: "EFLOP",
      before: sum(() => most) / 1e18,
      after: sum((phase) => phaseTokens(phase, own.latent)) / 1e18,
    },
  };
}

function careWithMemory(own: OwnModel): Decision {
  const { hybrid, parameters, phases, latent } = own;
  const tokens = mostTokens(own);
  const { batch } = phases.find((phase) =>
    phaseTokens(phase, latent) === tokens
  )!;
  const trained = parameters.backbone + parameters.text;
  const memory = (plan: MemoryPlan): number =>
    totalBytes(trainingMemory(trained, hybrid, countsOf(own, tokens), plan)) /
    1e9;
  const card = CARD_BYTES / 1e9;
  const after = memory(CAREFUL);
  const byHead = memory({ ...CAREFUL, attentionParts: hybrid.heads });
  return {
    name: "float32 on an 8 GB card",
    ltx2: "bf16 and fp8 on cards of 32 GB and more",
    ours: "float32, for the card has no other arithmetic: latents computed " +
      "beforehand, blocks computed again in the backward pass, batches made " +
      "of single clips, attention a few heads at a time, averaged weights on " +
      "the host",
    reason:
      "Memory is the wall, not arithmetic: what a step keeps grows with the " +
      "blocks, so keeping their inputs alone is worth a third more work. " +
      (after <= card
        ? "With that every phase fits."
        : `The last phase still takes ${after.toFixed(2)} of ` +
          `${card.toFixed(2)} GB: with attention one head at a time it takes ` +
          `${byHead.toFixed(2)} GB.`),
    saves: {
      what: "Peak memory of a training step, last phase",
      unit: "GB",
      before: memory({ ...PLAIN, microBatch: batch }),
      after,
    },
  };
}

function countsOf({ textTokens }: OwnModel, video: number): TokenCounts {
  return { video, text: textTokens };
}

/** Gigabytes of float32 parameters: 4 bytes each, 10^9 bytes to a gigabyte. */
function gigabytes(parameters: number): number {
  return 4 * parameters / 1e9;
}
