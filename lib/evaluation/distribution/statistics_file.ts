import {
  decimalNumber,
  InputError,
  int32,
  type NdArray,
} from "../../core/mod.ts";
import { writeSafetensors } from "../../formats/safetensors/mod.ts";
import { readChecked } from "../_weights_file.ts";
import type { FeatureSetting, FeatureSummary } from "./feature_statistics.ts";

/** Version of the file. */
const SCHEMA = "feature statistics 1";
const FIX = "delete it: it is computed again";

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
 */
export async function loadStatistics(path: string): Promise<FeatureSummary> {
  const { metadata, tensors } = await readChecked(path, {
    schema: SCHEMA,
    fix: FIX,
    form({ metadata, tensors }) {
      const { dimension: D } = headOf(path, metadata).setting;
      const rows = tensors.get("rows")?.shape[0] ?? 0;
      return [
        ["mean", { dtype: "int32", shape: [D, 2] }],
        ["covariance", { dtype: "int32", shape: [D, D, 2] }],
        ["rows", { dtype: "float32", shape: [rows, D] }],
      ];
    },
  });
  const { setting, count } = headOf(path, metadata);
  const rows = tensors.get("rows") as NdArray<"float32">;
  return {
    setting,
    count,
    moments: {
      count,
      mean: floatsOf(tensors.get("mean")!),
      covariance: floatsOf(tensors.get("covariance")!),
    },
    rows: {
      count: rows.shape[0]!,
      dimension: rows.shape[1]!,
      values: rows.data,
    },
  };
}

/** The setting and the number of clips in the header of a file. */
function headOf(
  path: string,
  metadata: Readonly<Record<string, string>>,
): Pick<FeatureSummary, "setting" | "count"> {
  const count = decimalNumber(metadata.count ?? "");
  const setting = settingIn(metadata.setting ?? "");
  if (setting !== undefined && Number.isSafeInteger(count)) {
    return { setting, count: count! };
  }
  throw new InputError(
    `Cannot use "${path}": it must name the setting of its features and the ` +
      `number of clips: current values are ${metadata.setting ?? "none"} and ` +
      `${metadata.count ?? "none"}; ${FIX}`,
  );
}

function settingIn(json: string): FeatureSetting | undefined {
  try {
    const setting: FeatureSetting | null = JSON.parse(json);
    return Number.isSafeInteger(setting?.dimension) ? setting! : undefined;
  } catch {
    return undefined;
  }
}

function bitsOf(values: Float64Array, shape: readonly number[]): NdArray {
  return int32([...shape, 2], new Int32Array(values.slice().buffer));
}

function floatsOf({ data }: NdArray): Float64Array {
  return new Float64Array(data.slice().buffer);
}
