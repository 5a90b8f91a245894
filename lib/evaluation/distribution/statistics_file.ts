import * as z from "zod";
import {
  checkedJson,
  decimalNumber,
  InputError,
  int32,
  type NdArray,
} from "../../core/mod.ts";
import { sealed, writeSafetensors } from "../../formats/safetensors/mod.ts";
import { readChecked } from "../_weights_file.ts";
import type { FeatureSetting, FeatureSummary } from "./feature_statistics.ts";

/** Version of the file. */
export const STATISTICS_SCHEMA = "feature statistics 1";
const FIX = "delete it: it is computed again";

const settingSchema: z.ZodType<FeatureSetting> = z.object({
  network: z.string(),
  weights: z.string(),
  layer: z.string(),
  dimension: z.int().min(1),
  frames: z.int(),
  fps: z.number(),
  size: z.string(),
  resize: z.string(),
});

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
  const tensors: [string, NdArray][] = [
    ["mean", bitsOf(moments.mean, [D])],
    ["covariance", bitsOf(moments.covariance, [D, D])],
    ["rows", {
      dtype: "float32",
      shape: [rows.count, D],
      data: Float32Array.from(rows.values),
    }],
  ];
  await writeSafetensors(
    path,
    tensors,
    sealed(tensors, {
      schema: STATISTICS_SCHEMA,
      count: String(count),
      setting: JSON.stringify(setting),
    }),
  );
}

/**
 * Reads the features of a set of clips.
 *
 * @throws {InputError} if the file is missing, damaged or of another kind
 */
export async function loadStatistics(path: string): Promise<FeatureSummary> {
  const { metadata, tensors } = await readChecked(path, {
    schema: STATISTICS_SCHEMA,
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
  const setting = checkedJson(
    metadata.setting ?? "",
    settingSchema,
    `"${path}", setting`,
    FIX,
  );
  const count = decimalNumber(metadata.count ?? "");
  if (Number.isSafeInteger(count)) return { setting, count: count! };
  throw new InputError(
    `Cannot read "${path}", count: it must be a whole number: it is ${
      metadata.count ?? "missing"
    }; ${FIX}`,
  );
}

function bitsOf(values: Float64Array, shape: readonly number[]): NdArray {
  return int32([...shape, 2], new Int32Array(values.slice().buffer));
}

function floatsOf({ data }: NdArray): Float64Array {
  return new Float64Array(data.slice().buffer);
}
