import * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  uploadState,
} from "../../compiler/mod.ts";
import {
  type Clip,
  clipShape,
  InputError,
  type NdArray,
  sameShape,
  shapeText,
} from "../../core/mod.ts";
import { picturesOf } from "../feature_network.ts";
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
  const comparing = jitWithState(
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
      checkClips(a, b, trunk);
      const { distances } = await comparing.run({
        a: picturesOf(a),
        b: picturesOf(b),
      });
      const { data } = distances as NdArray<"float32">;
      return data.reduce((sum, x) => sum + x, 0) / data.length;
    },
    [Symbol.dispose]() {
      comparing[Symbol.dispose]();
      disposeState(state);
    },
  };
}

/** [0,1] -> [-1,1]. */
function signed(x: tf.Tensor): tf.Tensor {
  return tf.sub(tf.mul(x, 2), 1);
}

function checkClips(a: Clip, b: Clip, trunk: Trunk): void {
  const [shape, wanted] = [clipShape(a), clipShape(b)];
  if (!sameShape(shape, wanted)) {
    throw new TypeError(
      `Cannot compare clips: shapes must be the same: ` +
        `current shapes are ${shapeText(shape)} and ${shapeText(wanted)}`,
    );
  }
  const least = LEAST_SIZE[trunk];
  if (Math.min(a.height, a.width) < least) {
    throw new InputError(
      `Cannot compute LPIPS with ${trunk}: height and width must be at least ` +
        `${least}: current size is ${a.width}x${a.height}; compare larger clips`,
    );
  }
}
