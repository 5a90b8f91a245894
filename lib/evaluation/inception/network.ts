import * as tf from "@tensorflow/tfjs-core";
import type { Tensors } from "../../models/layers/mod.ts";
import type { ConvolutionParameters } from "../_weights_file.ts";
import {
  INCEPTION_STEPS,
  type InceptionBranch,
  type InceptionTap,
  type InceptionUnit,
} from "./architecture.ts";

/** Units by name, their batch norms folded in. */
export type InceptionParameters = Readonly<
  Record<string, ConvolutionParameters>
>;

/**
 * Layers of InceptionV3, ReLUs applied: `[N,h,w,C]` each.
 *
 * @param pictures `[N,H,W,3]` in [-1,1], of any size that leaves a place in the
 *   last of the layers.
 * @param taps The layers to read; steps behind the last of them are left out.
 */
export function inceptionLayers<T extends InceptionTap>(
  parameters: Tensors<InceptionParameters>,
  pictures: tf.Tensor,
  taps: readonly T[],
): Record<T, tf.Tensor> {
  const found: Partial<Record<InceptionTap, tf.Tensor>> = {};
  let missing = taps.length;
  let x = pictures;
  for (const step of INCEPTION_STEPS) {
    if ("tap" in step) {
      if (!taps.includes(step.tap as T)) continue;
      found[step.tap] = x;
      if (--missing === 0) break;
    } else {
      x = "unit" in step
        ? applyUnit(parameters, step.unit, x)
        : "pool" in step
        ? largestOf(x)
        : tf.concat(
          step.mixed.map((branch) => applyBranch(parameters, branch, x)),
          -1,
        );
    }
  }
  return found as Record<T, tf.Tensor>;
}

function applyBranch(
  parameters: Tensors<InceptionParameters>,
  { pool, units }: InceptionBranch,
  x: tf.Tensor,
): tf.Tensor {
  const begin = pool === "maximum"
    ? largestOf(x)
    : pool === "mean"
    ? tf.avgPool(x as tf.Tensor4D, 3, 1, "same")
    : x;
  return units.reduce<tf.Tensor>(
    (y, unit) => applyUnit(parameters, unit, y),
    begin,
  );
}

function applyUnit(
  parameters: Tensors<InceptionParameters>,
  { name, stride, pad }: InceptionUnit,
  x: tf.Tensor,
): tf.Tensor {
  const { weight, bias } = parameters[name]!;
  const product = tf.conv2d(
    x as tf.Tensor4D,
    weight as tf.Tensor4D,
    stride,
    pad,
  );
  return tf.relu(tf.add(product, bias));
}

function largestOf(x: tf.Tensor): tf.Tensor {
  return tf.maxPool(x as tf.Tensor4D, 3, 2, "valid");
}
