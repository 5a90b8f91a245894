import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, Rng, zeros } from "../../core/mod.ts";
import { jit, jitWithState } from "../jit.ts";
import type { Device } from "./device.ts";
import { disposeState, uploadState } from "./state.ts";

/** Largest relative error: the arithmetic of devices is single precision. */
const TOLERANCE = 1e-4;

/** Sides of the matrices of the speed test, doubled until a product takes long enough. */
const FIRST_SIDE = 128;
const LAST_SIDE = 2048;
const LONG_ENOUGH_MS = 30;

/** A device that computes wrongly. */
export class DeviceCheckError extends Error {
  override readonly name = "DeviceCheckError";
}

/**
 * Compares a few operations with plain loops: some drivers give wrong numbers,
 * and no error.
 *
 * @throws {DeviceCheckError} with the device, the operation and both values
 */
export async function checkAnswers(device: Device): Promise<void> {
  const rng = new Rng(7);
  const a = rng.normals([5, 7]);
  const b = rng.normals([7, 3]);
  const x = rng.normals([1, 3, 4, 4, 2]);
  const w = rng.normals([3, 3, 3, 2, 3]);
  using compiled = jit(
    (t: Record<"a" | "b" | "x" | "w", tf.Tensor>) => ({
      "matrix product": tf.matMul(t.a as tf.Tensor2D, t.b as tf.Tensor2D),
      "3-D convolution": tf.conv3d(
        t.x as tf.Tensor5D,
        t.w as tf.Tensor5D,
        1,
        "same",
      ),
      "softmax": tf.softmax(t.a),
      "tanh and sum": tf.sum(tf.tanh(t.a), 0),
    }),
    { device, name: "known answers" },
  );
  const actual = await compiled.run({ a, b, x, w }) as Record<string, NdArray>;
  const expected: Record<string, number[]> = {
    "matrix product": matrixProduct(a, b),
    "3-D convolution": convolution(x, w),
    "softmax": softmax(a),
    "tanh and sum": tanhAndSum(a),
  };
  for (const [operation, values] of Object.entries(expected)) {
    for (const [i, value] of values.entries()) {
      const found = actual[operation]!.data[i]!;
      if (Math.abs(found - value) <= TOLERANCE * (1 + Math.abs(value))) {
        continue;
      }
      throw new DeviceCheckError(
        `Cannot use device "${device.name}" (${device.description}): its ` +
          `${operation} must be ${value} at place ${i}: current value is ` +
          `${found}; update the driver, or use device "cpu"`,
      );
    }
  }
}

/**
 * Times a product of square matrices that stay on the device.
 *
 * @returns billions of additions and multiplications a second
 */
export async function measureSpeed(device: Device): Promise<number> {
  for (let side = FIRST_SIDE;; side *= 2) {
    const milliseconds = await timeProduct(device, side);
    if (milliseconds >= LONG_ENOUGH_MS || side >= LAST_SIDE) {
      return 2 * side ** 3 / milliseconds / 1e6;
    }
  }
}

async function timeProduct(device: Device, side: number): Promise<number> {
  const state = await uploadState(device, {
    a: new Rng(1).normals([side, side]),
    b: zeros([side, side]),
  });
  using product = jitWithState(
    ({ a }) => {
      const b = tf.matMul(a as tf.Tensor2D, a as tf.Tensor2D);
      // Reading one number waits for the device.
      return { state: { b }, outputs: { first: tf.slice(b, [0, 0], [1, 1]) } };
    },
    state,
    { device, name: "speed" },
  );
  let best = Infinity;
  // The first run warms up; of the others the fastest counts.
  for (let i = 0; i < 3; i++) {
    const begun = performance.now();
    await product.run({});
    if (i > 0) best = Math.min(best, performance.now() - begun);
  }
  disposeState(state);
  return best;
}

/** `[M,K] x [K,N] -> [M,N]`. */
function matrixProduct(a: NdArray, b: NdArray): number[] {
  const [m, k] = a.shape as [number, number];
  const n = b.shape[1]!;
  return Array.from({ length: m * n }, (_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let i = 0; i < k; i++) {
      sum += a.data[row * k + i]! * b.data[i * n + column]!;
    }
    return sum;
  });
}

/** `[1,D,H,W,C] * [3,3,3,C,K] -> [1,D,H,W,K]`, zeros around. */
function convolution(x: NdArray, w: NdArray): number[] {
  const [, depth, height, width, channels] = x.shape as number[] as [
    number,
    number,
    number,
    number,
    number,
  ];
  const filters = w.shape[4]!;
  const at = (d: number, h: number, v: number, c: number): number =>
    d < 0 || d >= depth || h < 0 || h >= height || v < 0 || v >= width
      ? 0
      : x.data[((d * height + h) * width + v) * channels + c]!;
  const result: number[] = [];
  for (let d = 0; d < depth; d++) {
    for (let h = 0; h < height; h++) {
      for (let v = 0; v < width; v++) {
        for (let k = 0; k < filters; k++) {
          let sum = 0;
          for (let tap = 0; tap < 27; tap++) {
            const [i, j, l] = [
              Math.floor(tap / 9),
              Math.floor(tap / 3) % 3,
              tap % 3,
            ];
            for (let c = 0; c < channels; c++) {
              sum += at(d + i - 1, h + j - 1, v + l - 1, c) *
                w.data[(tap * channels + c) * filters + k]!;
            }
          }
          result.push(sum);
        }
      }
    }
  }
  return result;
}

/** Over the last axis of `[M,N]`. */
function softmax({ data, shape }: NdArray): number[] {
  const n = shape[1]!;
  const powers = [...data].map((value) => Math.exp(value));
  return powers.map((power, i) => {
    const row = Math.floor(i / n) * n;
    return power / powers.slice(row, row + n).reduce((sum, p) => sum + p);
  });
}

/** `[M,N] -> [N]`. */
function tanhAndSum({ data, shape }: NdArray): number[] {
  const n = shape[1]!;
  const sums = new Array<number>(n).fill(0);
  data.forEach((value, i) => sums[i % n]! += Math.tanh(value));
  return sums;
}
