import { sizeOf } from "../core/mod.ts";
import { type Ltx2Config, REPORTED } from "./configuration.ts";
import { LINEARS_PER_ATTENTION } from "./inventory/attention.ts";
import { componentsOf } from "./inventory/components.ts";
import { connectorTensors } from "./inventory/text.ts";
import type { TensorSpec } from "./inventory/tensor.ts";
import {
  ATTENTIONS_PER_BLOCK,
  blockTensors,
  transformerTensors,
} from "./inventory/transformer.ts";

/** Suffixes of the names of the scalars stored with each quantised weight. */
export const SCALES = ["weight_scale", "input_scale"] as const;

/** Bytes of a number: kept weights in bf16, quantised ones in fp8, scales in f32. */
const BYTES = { kept: 2, quantised: 1, scale: 4 } as const;
const BYTES_PER_GIB = 2 ** 30;

/** How the names with "attn" in an fp8 file add up. */
export interface AttentionNameAccount {
  /** Attention modules in the blocks of the transformer. */
  readonly modules: number;
  /** Tensors of those modules. */
  readonly inBlocks: number;
  /** Tensors of the attention modules of the two text connectors. */
  readonly inConnectors: number;
  /** Scales of the attention layers of each quantised block. */
  readonly scalesPerBlock: number;
  readonly quantisedBlocks: number;
  /** The sum. */
  readonly total: number;
}

/**
 * Counts the tensor names that contain "attn" in a file with some blocks
 * quantised to fp8.
 */
export function attentionNameAccount(
  config: Ltx2Config,
  quantisedBlocks: number,
): AttentionNameAccount {
  const inBlocks = withAttention(transformerTensors(config));
  const inConnectors = withAttention(connectorTensors(config));
  const scalesPerBlock = ATTENTIONS_PER_BLOCK * LINEARS_PER_ATTENTION *
    SCALES.length;
  return {
    modules: config.blocks * ATTENTIONS_PER_BLOCK,
    inBlocks,
    inConnectors,
    scalesPerBlock,
    quantisedBlocks,
    total: inBlocks + inConnectors + quantisedBlocks * scalesPerBlock,
  };
}

/**
 * How many blocks must be quantised for a file to have so many names with
 * "attn".
 *
 * @throws {RangeError} if no whole number of blocks gives that count
 */
export function quantisedBlocksFor(config: Ltx2Config, names: number): number {
  const none = attentionNameAccount(config, 0);
  const blocks = (names - none.total) / none.scalesPerBlock;
  if (!Number.isInteger(blocks) || blocks < 0 || blocks > config.blocks) {
    throw new RangeError(
      `Cannot explain ${names} names with "attn": they must come from a whole ` +
        `number of blocks, 0 to ${config.blocks}: ${none.total} names without ` +
        `scales and ${none.scalesPerBlock} for each block give ${
          blocks.toFixed(2)
        }`,
    );
  }
  return blocks;
}

/** Contents of the published fp8 file, bytes. */
export interface FileAccount {
  readonly quantisedWeights: number;
  readonly scales: number;
  /** All else of the transformer, in bf16. */
  readonly keptWeights: number;
  /** Text connectors and projection, and the video VAE, in bf16. */
  readonly besides: number;
  /** The file as published. */
  readonly file: number;
  /** Remainder: audio VAE and vocoder, which the inventory leaves out. */
  readonly rest: number;
}

/** Labels of a {@link FileAccount}'s parts, in the order of the sum. */
export const FILE_PARTS: readonly (readonly [
  part: keyof FileAccount,
  meaning: string,
])[] = [
  ["quantisedWeights", "quantised weights, fp8"],
  ["scales", "their scales, f32"],
  ["keptWeights", "rest of the transformer, bf16"],
  ["besides", "text connectors, projection and video VAE, bf16"],
  ["rest", "audio VAE and vocoder, what remains"],
  ["file", "the file as published"],
];

/**
 * Adds up the fp8 file from the inventory: the linear layers of the quantised
 * blocks in fp8, everything else in bf16. It confirms the number of quantised
 * blocks: with one fewer, the parts would exceed the file.
 */
export function fileAccount(
  config: Ltx2Config,
  quantisedBlocks: number,
): FileAccount {
  const weights = blockTensors(config).filter(isLinearWeight);
  const perBlock = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const quantised = quantisedBlocks * perBlock;
  const parameters = Object.fromEntries(
    componentsOf(config).map(({ name, parameters }) => [name, parameters]),
  );
  const quantisedWeights = quantised * BYTES.quantised;
  const scales = quantisedBlocks * weights.length * SCALES.length * BYTES.scale;
  const keptWeights = (parameters["transformer"]! - quantised) * BYTES.kept;
  const besides = BYTES.kept * (parameters["text connectors"]! +
    parameters["text projection"]! + parameters["VAE encoder"]! +
    parameters["VAE decoder"]!);
  const file = REPORTED.fp8FileGiB * BYTES_PER_GIB;
  return {
    quantisedWeights,
    scales,
    keptWeights,
    besides,
    file,
    rest: file - quantisedWeights - scales - keptWeights - besides,
  };
}

/** Whether a tensor is the matrix of a linear layer, which fp8 files quantise. */
export function isLinearWeight({ name, shape }: TensorSpec): boolean {
  return name.endsWith(".weight") && shape.length === 2;
}

function withAttention(tensors: readonly TensorSpec[]): number {
  return tensors.filter(({ name }) => name.includes("attn")).length;
}
