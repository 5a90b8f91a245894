import { DEVICE_CHOICES, type DeviceChoice } from "lib/compiler/mod.ts";
import { InputError } from "lib/core/mod.ts";
import { SHIPPED } from "lib/pipeline/mod.ts";
import { backboneConfigSchema } from "lib/models/backbone/mod.ts";
import {
  deviceFlag,
  numberFlag,
  textFlag,
  wholeNumber,
} from "lib/recipes/command_line/mod.ts";
import { COMPRESSIONS } from "lib/trainer/mod.ts";
import * as z from "zod";

/** Three sizes as one word: time, height, width. */
const triple = z.string().regex(
  /^[1-9]\d*x[1-9]\d*x[1-9]\d*$/,
  "must be three whole numbers from 1, such as 4x16x16",
);

/** A switch: true where the flag is given. */
const onOff = z.boolean().default(false);

const common = {
  device: deviceFlag.describe(
    `where to compute: ${DEVICE_CHOICES.join(", ")}`,
  ),
  steps: wholeNumber(1).default(10).describe("timed runs of each side"),
  torch: textFlag().optional().describe(
    "Python with PyTorch to compare with; without it python3 is tried",
  ),
  json: onOff.describe("print one JSON object"),
  save: onOff.describe("keep the result in bench/results/"),
  profile: onOff.describe("list the operations that take the time"),
};

const batch = wholeNumber(1);

/** Flags of `deno task bench matmul`. */
export const matmulFlags = z.strictObject({
  m: wholeNumber(1).default(1024).describe("rows of the left matrix"),
  k: wholeNumber(1).default(768).describe(
    "its columns, and rows of the right one",
  ),
  n: wholeNumber(1).default(3072).describe("columns of the right matrix"),
  ...common,
});

/** Flags of `deno task bench conv3d`. */
export const conv3dFlags = z.strictObject({
  from: wholeNumber(1).default(64).describe("channels that go in"),
  to: wholeNumber(1).default(64).describe("channels that come out"),
  cells: triple.default("8x32x32").describe("time, height and width"),
  batch: batch.default(1).describe("clips"),
  ...common,
});

/** Flags of `deno task bench ranks`. */
export const ranksFlags = z.strictObject({
  preset: z.enum(["tiny", "nano"], { error: "must be tiny or nano" })
    .default("nano").describe("models of phase 1"),
  batch: batch.default(4).describe("clips of a microbatch"),
  accumulation: wholeNumber(1).default(1).describe(
    "microbatches of each rank in an update",
  ),
  overlap: wholeNumber(2, 16).default(4).describe(
    "parts of the last microbatch",
  ),
  compression: z.enum(COMPRESSIONS, {
    error: `must be one of ${COMPRESSIONS.join(", ")}`,
  }).default("none").describe("form in which gradients travel"),
  threads: wholeNumber(1).optional().describe(
    "threads of each rank (default: its share of the machine's)",
  ),
  gbit: numberFlag({ above: 0 }).optional().describe(
    "speed of the link, 1e9 bits a second, for the prediction (default: measured)",
  ),
  ...common,
});

/** Flags of `deno task bench vae`. */
export const vaeFlags = z.strictObject({
  clip: triple.default("16x64x64").describe("frames, height and width"),
  batch: batch.default(4).describe("clips"),
  ...common,
});

/** Flags of `deno task bench step`. */
export const stepFlags = z.strictObject({
  attention: wholeNumber(0).default(2).describe("attention blocks"),
  cnn: wholeNumber(0).default(1).describe("CNN blocks"),
  width: wholeNumber(8).default(768).describe("channels of a token"),
  heads: wholeNumber(1).default(12).describe("heads of the attention"),
  cnnWidth: wholeNumber(1).default(256).describe("channels inside a CNN block"),
  tokens: triple.default("4x16x16").describe("time, height and width"),
  batch: batch.default(1).describe("clips"),
  recompute: onOff.describe(
    "keep the inputs of the blocks alone, and make the rest again in the backward pass, on both sides",
  ),
  ...common,
});

/** Flags of `deno task bench generate`. */
export const generateFlags = z.strictObject({
  checkpoint: textFlag().default(SHIPPED).describe("folder of trained models"),
  prompt: textFlag().default("a red circle moves right").describe(
    "of all clips",
  ),
  clips: wholeNumber(1).default(1).describe("clips that are drawn at once"),
  samplerSteps: wholeNumber(1).default(20).describe(
    "steps of the sampler, of Heun on both sides",
  ),
  device: common.device,
  steps: common.steps,
  torch: common.torch,
  json: common.json,
  save: common.save,
});

/** Flags of `deno task bench check`. */
export const checkFlags = z.strictObject({
  steps: common.steps,
  torch: common.torch,
});

/** Options of all benches. */
export interface CommonOptions {
  readonly device: DeviceChoice;
  readonly steps: number;
  readonly torch?: string | undefined;
  readonly profile: boolean;
}

/** `4x16x16` as numbers. */
export function tripleOf(text: string): [number, number, number] {
  return text.split("x").map(Number) as [number, number, number];
}

/**
 * The shape of the blocks by flags.
 *
 * @throws {InputError} with the backbone's own rule
 */
export function backboneConfigOf(
  options: Omit<z.infer<typeof stepFlags>, keyof CommonOptions>,
): z.infer<typeof backboneConfigSchema> {
  const result = backboneConfigSchema.safeParse({
    width: options.width,
    heads: options.heads,
    attentionLayers: options.attention,
    cnnLayers: options.cnn,
    cnnWidth: options.cnnWidth,
    textConditioning: "joint",
  });
  if (result.success) return result.data;
  throw new InputError(
    `Cannot create the blocks: ${result.error.issues[0]!.message}: ` +
      `current width is ${options.width}, heads ${options.heads}, ` +
      `attention ${options.attention}, cnn ${options.cnn}`,
  );
}

/** Flags of `deno task bench binding`. */
export const bindingFlags = z.strictObject({
  parameters: wholeNumber(1).default(16_000_000).describe(
    "numbers that are updated",
  ),
  steps: common.steps,
  json: common.json,
  save: common.save,
});

/** Flags of `deno task bench overhead`. */
export const overheadFlags = z.strictObject({
  device: common.device,
  software: onOff.describe("accept a graphics card in software"),
  inputs: wholeNumber(1).default(16).describe("small inputs"),
  outputs: wholeNumber(1).default(4).describe("small outputs"),
  state: wholeNumber(1).default(64).describe("small tensors of state"),
  steps: wholeNumber(1).default(100).describe("timed runs"),
  json: common.json,
  save: common.save,
});

/** Flags of `deno task bench ingest`. */
export const ingestFlags = z.strictObject({
  videos: textFlag().optional().describe(
    "folder of videos; without it, 720p videos are rendered once",
  ),
  processes: wholeNumber(1).default(navigator.hardwareConcurrency).describe(
    "files that are decoded at once",
  ),
  steps: wholeNumber(1).default(3).describe("timed runs"),
  json: common.json,
  save: common.save,
});

/** Flags of `deno task bench synthetic`. */
export const syntheticFlags = z.strictObject({
  phase: wholeNumber(1, 5).default(1).describe(
    "phase of the synthetic world: 1 to 5",
  ),
  clip: triple.default("16x64x64").describe("frames, height and width"),
  clips: wholeNumber(1).default(200).describe("clips in one run"),
  steps: common.steps,
  json: common.json,
  save: common.save,
});

/** Flags of `deno task bench features`. */
export const featuresFlags = z.strictObject({
  network: z.enum(["i3d", "world3d"], { error: "must be i3d or world3d" })
    .default("i3d").describe("feature network, with random weights"),
  clip: triple.default("16x64x64").describe(
    "frames, height and width of what i3d is given",
  ),
  device: common.device,
  steps: common.steps,
  json: common.json,
  save: common.save,
});

/** Flags of `deno task bench trainer`. */
export const trainerFlags = z.strictObject({
  preset: z.enum(["tiny", "nano"], { error: "must be tiny or nano" })
    .default("nano").describe("size of the models"),
  device: common.device,
  steps: common.steps,
  json: common.json,
  save: common.save,
});
