import { float32, type NdArray } from "../../core/mod.ts";
import { channelsLast, type OpenFile, tensorReader } from "../_pytorch_file.ts";
import {
  type ConvolutionParameters,
  convolutionShapes,
  type Loaded,
  loadWeights,
  type NamedShape,
  saveWeights,
} from "../_weights_file.ts";
import { convolutionsOf, tapChannels, type Trunk } from "./architecture.ts";
import type { LpipsParameters } from "./network.ts";

/** Version of the file. */
const schemaOf = (trunk: Trunk): string => `lpips ${trunk} 1`;

/** A trunk with its heads. */
export interface LoadedLpips extends Loaded<LpipsParameters> {
  readonly trunk: Trunk;
}

/** Every tensor of torchvision's file that a trunk needs, with its shape. */
export function trunkTensors(trunk: Trunk): Map<string, readonly number[]> {
  return new Map(
    convolutionsOf(trunk).flatMap(({ name, from, to, window }) => [
      [`${name}.weight`, [to, from, window, window]],
      [`${name}.bias`, [to]],
    ]),
  );
}

/** Every tensor of a trunk's heads in the file of lpips v0.1, with its shape. */
export function headTensors(trunk: Trunk): Map<string, readonly number[]> {
  return new Map(
    tapChannels(trunk).map((channels, i) => [
      `lin${i}.model.1.weight`,
      [1, channels, 1, 1],
    ]),
  );
}

/**
 * Converts torchvision's trunk and the heads that lpips v0.1 trained for it.
 *
 * @throws {InputError} if a tensor is missing, has another shape, is not known
 *   or holds a value that is not finite
 */
export function lpipsFromPytorch(
  trunk: Trunk,
  trunkFile: OpenFile,
  headsFile: OpenFile,
): LpipsParameters {
  const ofTrunk = tensorReader(
    trunkFile,
    `LPIPS trunk ${trunk}`,
    trunkTensors(trunk),
    /^classifier\./,
  );
  const ofHeads = tensorReader(
    headsFile,
    `LPIPS heads of ${trunk}`,
    headTensors(trunk),
    /^$/,
  );
  const convolutions: Record<string, ConvolutionParameters> = {};
  for (const { name } of convolutionsOf(trunk)) {
    convolutions[name] = {
      weight: channelsLast(ofTrunk(`${name}.weight`)),
      bias: ofTrunk(`${name}.bias`),
    };
  }
  const heads: Record<string, NdArray> = {};
  for (const [i, channels] of tapChannels(trunk).entries()) {
    const { data } = ofHeads(`lin${i}.model.1.weight`);
    heads[`lin${i}`] = float32([channels], data);
  }
  return { trunk: convolutions, heads };
}

/**
 * Writes converted weights as one safetensors file.
 *
 * @param source SHA-256 of the PyTorch files that they come from.
 */
export async function saveLpips(
  path: string,
  trunk: Trunk,
  parameters: LpipsParameters,
  source: string,
): Promise<void> {
  await saveWeights(path, parameters, { schema: schemaOf(trunk), source });
}

/**
 * Reads converted weights.
 *
 * @throws {InputError} if the file is missing, damaged or not LPIPS of this trunk
 */
export async function loadLpips(
  path: string,
  trunk: Trunk,
): Promise<LoadedLpips> {
  const weights = await loadWeights<LpipsParameters>(path, {
    schema: schemaOf(trunk),
    fix:
      "convert the public files with deno task weights import lpips TRUNK HEADS",
    form: () => [
      ...convolutionShapes(convolutionsOf(trunk), 2, "trunk/"),
      ...tapChannels(trunk).map((channels, i): NamedShape => [
        `heads/lin${i}`,
        [channels],
      ]),
    ],
  });
  return { trunk, ...weights };
}
