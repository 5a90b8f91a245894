import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../core/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import type { ConvolutionParameters } from "../_weights_file.ts";
import {
  I3D_HEAD,
  I3D_LEAST_FRAMES,
  I3D_STEPS,
  type I3dMixed,
  type I3dPool,
  type I3dUnit,
} from "./architecture.ts";

/** Units by name, their batch norms folded in; the last layer is `logits`. */
export type I3dParameters = Readonly<Record<string, ConvolutionParameters>>;

/** Outputs of the network for a batch of clips. */
interface I3dOutputs {
  /** `[B,400]`, before any softmax: the features of FVD. */
  readonly logits: tf.Tensor;
  /** `[B,1024]`: mean over time and space, the input of the last layer. */
  readonly pooled: tf.Tensor;
}

/**
 * I3D for RGB.
 *
 * @param clips `[B,T,S,S,3]` in [-1,1], T at least 9; S is 224 in use.
 *
 * @throws {InputError} if the clips are too short
 */
export function i3d(
  parameters: Tensors<I3dParameters>,
  clips: tf.Tensor,
): I3dOutputs {
  const frames = clips.shape[1]!;
  if (frames < I3D_LEAST_FRAMES) {
    throw new InputError(
      `Cannot apply I3D: clips must have at least ${I3D_LEAST_FRAMES} frames: ` +
        `current count is ${frames}; pass longer clips`,
    );
  }
  let x = clips;
  for (const step of I3D_STEPS) {
    x = "unit" in step
      ? applyUnit(parameters, step.unit, x)
      : "pool" in step
      ? applyPool(step.pool, x)
      : applyMixed(parameters, step.mixed, x);
  }
  const pooled = meanOfPairs(tf.mean(x, [2, 3])); // [B,t,1024] -> [B,1024]
  const { weight, bias } = parameters[I3D_HEAD]!;
  const matrix = tf.squeeze(weight, [0, 1, 2]);
  return {
    pooled,
    logits: tf.add(
      tf.matMul(pooled as tf.Tensor2D, matrix as tf.Tensor2D),
      bias,
    ),
  };
}

function applyUnit(
  parameters: Tensors<I3dParameters>,
  { name, stride }: I3dUnit,
  x: tf.Tensor,
): tf.Tensor {
  const { weight, bias } = parameters[name]!;
  const product = tf.conv3d(
    x as tf.Tensor5D,
    weight as tf.Tensor5D,
    stride,
    "same",
  );
  return tf.relu(tf.add(product, bias));
}

/** The port pads by zeros; as nothing here is negative, padding by minus infinity gives the same. */
function applyPool({ window, stride }: I3dPool, x: tf.Tensor): tf.Tensor {
  return tf.maxPool3d(
    x as tf.Tensor5D,
    [...window],
    [...stride],
    "same",
  );
}

function applyMixed(
  parameters: Tensors<I3dParameters>,
  { branches }: I3dMixed,
  x: tf.Tensor,
): tf.Tensor {
  const last = branches.length - 1;
  const results = branches.map((units, i) => {
    const begin = i === last
      ? applyPool({ window: [3, 3, 3], stride: [1, 1, 1] }, x)
      : x;
    return units.reduce((y, unit) => applyUnit(parameters, unit, y), begin);
  });
  return tf.concat(results, -1);
}

/** Mean over time of the means of neighbours: the port pools by 2 and then averages. */
function meanOfPairs(x: tf.Tensor): tf.Tensor {
  const [B, t, C] = x.shape as [number, number, number];
  const first = tf.slice(x, [0, 0, 0], [B, t - 1, C]);
  const second = tf.slice(x, [0, 1, 0], [B, t - 1, C]);
  return tf.mean(tf.mul(tf.add(first, second), 0.5), 1);
}
