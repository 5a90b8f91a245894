import * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  uploadState,
} from "../../compiler/mod.ts";
import {
  CHANNELS,
  type Clip,
  InputError,
  type NdArray,
} from "../../core/mod.ts";
import { requireSameShape } from "../psnr.ts";
import { LEAST_SIZE, type Trunk } from "./architecture.ts";
import { lpips } from "./network.ts";
import type { LoadedLpips } from "./weights.ts";

/** LPIPS on a device. */
export interface LpipsMetric extends Disposable {
  readonly trunk: Trunk;
  /** SHA-256 of its weights, hexadecimal. */
  readonly weights: string;
  /**
   * The mean distance of the frames of two clips in [0,1], from 0 for equal ones.
   *
   * @throws {TypeError} if the clips differ in shape
   * @throws {InputError} if they are too small for the trunk
   */
  distance(a: Clip, b: Clip): Promise<number>;
}

/** Puts a trunk and its heads on a device. */
export async function openLpips(
  device: Device,
  { trunk, parameters, digest }: LoadedLpips,
): Promise<LpipsMetric> {
  const state = await uploadState(device, parameters);
  const metric = jitWithState(
    (p, { a, b }: { a: tf.Tensor; b: tf.Tensor }) => ({
      outputs: { distances: lpips(p, signed(a), signed(b), trunk) },
    }),
    state,
    { device, name: `lpips ${trunk}` },
  );
  return {
    trunk,
    weights: digest,
    async distance(a, b) {
      requireSameShape(a, b);
      checkSize(a, trunk);
      const { distances } = await metric.run({
        a: picturesOf(a),
        b: picturesOf(b),
      });
      const { data } = distances as NdArray<"float32">;
      return data.reduce((sum, x) => sum + x, 0) / data.length;
    },
    [Symbol.dispose]() {
      metric[Symbol.dispose]();
      disposeState(state);
    },
  };
}

/** Frames of a clip as pictures `[T,H,W,3]`. */
function picturesOf(
  { frames, height, width, data }: Clip,
): NdArray<"float32"> {
  return { dtype: "float32", shape: [frames, height, width, CHANNELS], data };
}

/** [0,1] -> [-1,1]. */
function signed(x: tf.Tensor): tf.Tensor {
  return tf.sub(tf.mul(x, 2), 1);
}

function checkSize({ height, width }: Clip, trunk: Trunk): void {
  const least = LEAST_SIZE[trunk];
  if (Math.min(height, width) >= least) return;
  throw new InputError(
    `Cannot compute LPIPS with ${trunk}: height and width must be at least ` +
      `${least}: current size is ${width}x${height}; compare larger clips`,
  );
}
