import { float32, type NdArray } from "../../core/mod.ts";
import type { StateDict } from "../../formats/pytorch/mod.ts";
import {
  channelsLast,
  expectFinite,
  expectTensors,
} from "../_expect_tensors.ts";
import { convolutionsOf, tapChannels, type Trunk } from "./architecture.ts";
import type { LpipsConvolutionParameters, LpipsParameters } from "./network.ts";

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

/** A file that was opened. */
export interface OpenFile {
  /** For messages. */
  readonly path: string;
  readonly state: StateDict;
}

/**
 * Converts torchvision's trunk and the heads that lpips v0.1 trained for it.
 *
 * @throws {InputError} if a tensor is missing, has another shape, is not known
 *   or holds what is not finite
 */
export function lpipsFromPytorch(
  trunk: Trunk,
  trunkFile: OpenFile,
  headsFile: OpenFile,
): LpipsParameters {
  expectTensors(
    trunkFile.path,
    `LPIPS trunk ${trunk}`,
    trunkFile.state.tensors,
    trunkTensors(trunk),
    /^classifier\./,
  );
  expectTensors(
    headsFile.path,
    `LPIPS heads of ${trunk}`,
    headsFile.state.tensors,
    headTensors(trunk),
    /^$/,
  );
  const convolutions: Record<string, LpipsConvolutionParameters> = {};
  for (const { name } of convolutionsOf(trunk)) {
    convolutions[name] = {
      weight: channelsLast(read(trunkFile, `${name}.weight`)),
      bias: read(trunkFile, `${name}.bias`),
    };
  }
  const heads: Record<string, NdArray> = {};
  for (const [i, channels] of tapChannels(trunk).entries()) {
    const { data } = read(headsFile, `lin${i}.model.1.weight`);
    heads[`lin${i}`] = float32([channels], data);
  }
  return { trunk: convolutions, heads };
}

function read(
  { path, state }: OpenFile,
  name: string,
): NdArray {
  const array = state.tensors.get(name)!.read();
  expectFinite(path, name, array);
  return array;
}
