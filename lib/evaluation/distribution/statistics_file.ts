import {
  InputError,
  int32,
  messageOf,
  type NdArray,
  shapeText,
} from "../../core/mod.ts";
import {
  readSafetensors,
  writeSafetensors,
} from "../../formats/safetensors/mod.ts";
import type { FeatureSetting, FeatureSummary } from "./feature_statistics.ts";

/** Version of the file. */
const SCHEMA = "feature statistics 1";

/**
 * Writes the features of a set of clips as safetensors. Moments keep all
 * digits: each float64 is stored as the two halves of its bits, `[...,2]`
 * int32.
 */
export async function saveStatistics(
  path: string,
  { setting, count, moments, rows }: FeatureSummary,
): Promise<void> {
  const D = setting.dimension;
  await writeSafetensors(path, [
    ["mean", bitsOf(moments.mean, [D])],
    ["covariance", bitsOf(moments.covariance, [D, D])],
    ["rows", {
      dtype: "float32",
      shape: [rows.count, D],
      data: Float32Array.from(rows.values),
    }],
  ], {
    schema: SCHEMA,
    count: String(count),
    setting: JSON.stringify(setting),
  });
}

/**
 * Reads the features of a set of clips.
 *
 * @throws {InputError} if the file is missing, damaged or of another kind
 *
 * @example
 * ```ts
 * import { FeatureStatistics, loadStatistics, saveStatistics } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const statistics = new FeatureStatistics({
 *   network: "world3d", weights: "ab", layer: "features", dimension: 1,
 *   frames: 16, fps: 8, size: "64x64", resize: "none",
 * });
 * for (const x of [1, 2, 4]) statistics.add([x]);
 * const path = await Deno.makeTempFile();
 * await saveStatistics(path, statistics);
 * const { count, moments, rows } = await loadStatistics(path);
 * assert.equal(count, 3);
 * assert.deepEqual(moments, statistics.moments);
 * assert.deepEqual([...rows.values], [1, 2, 4]);
 * ```
 */
export async function loadStatistics(path: string): Promise<FeatureSummary> {
  const { metadata, tensors } = await readSafetensors(path);
  try {
    if (metadata.schema !== SCHEMA) {
      throw new TypeError(`schema is "${metadata.schema ?? "none"}"`);
    }
    const setting = JSON.parse(metadata.setting!) as FeatureSetting;
    const count = Number(metadata.count);
    const D = setting.dimension;
    const rows = tensorOf(tensors, "rows", [
      Math.min(count, tensors.get("rows")?.shape[0] ?? 0),
      D,
    ]);
    return {
      setting,
      count,
      moments: {
        count,
        mean: floatsOf(tensorOf(tensors, "mean", [D, 2])),
        covariance: floatsOf(tensorOf(tensors, "covariance", [D, D, 2])),
      },
      rows: {
        count: rows.shape[0]!,
        dimension: D,
        values: rows.data as Float32Array,
      },
    };
  } catch (error) {
    throw new InputError(
      `Cannot use "${path}": it must hold feature statistics: ` +
        `${messageOf(error)}; delete it, and they are made again`,
    );
  }
}

function bitsOf(values: Float64Array, shape: readonly number[]): NdArray {
  return int32([...shape, 2], new Int32Array(values.slice().buffer));
}

function floatsOf({ data }: NdArray): Float64Array {
  return new Float64Array(data.slice().buffer);
}

function tensorOf(
  tensors: ReadonlyMap<string, NdArray>,
  name: string,
  shape: readonly number[],
): NdArray {
  const tensor = tensors.get(name);
  if (tensor && shapeText(tensor.shape) === shapeText(shape)) return tensor;
  throw new TypeError(
    `tensor "${name}" must have shape ${shapeText(shape)}: ` +
      (tensor ? `it has ${shapeText(tensor.shape)}` : "it is missing"),
  );
}
