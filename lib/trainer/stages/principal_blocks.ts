import * as tf from "@tensorflow/tfjs-core";
import { type Device, jit } from "../../compiler/mod.ts";
import {
  batchOfClips,
  CHANNELS,
  type Clip,
  float32,
  type Rng,
  sizeOf,
} from "../../core/mod.ts";
import { type Block, spaceToDepth } from "../../models/layers/mod.ts";
import type { PrincipalBlocks } from "../../models/vae/mod.ts";

/** Rounds of the iteration; directions of similar variance stay mixed, which is harmless. */
const ROUNDS = 24;
/** Extra directions, so that the last ones converge too. */
const SPARE = 8;

/**
 * Principal components of the pixels of blocks of clips, by orthogonal
 * iteration (Golub & Van Loan, Matrix Computations, section 8.2).
 *
 * @param clips Of one size, a multiple of the block.
 * @param block Frames, rows and columns of a block.
 * @param count Number of components, Z; at most the values of a block.
 * @param rng For the initial directions.
 */
export async function principalBlocks(
  device: Device,
  clips: readonly Clip[],
  { block, count, rng }: {
    readonly block: Block;
    readonly count: number;
    readonly rng: Rng;
  },
): Promise<PrincipalBlocks> {
  const P = CHANNELS * sizeOf(block);
  const carried = Math.min(P, count + SPARE);
  using covariance = jit(
    ({ clips, directions }: { clips: tf.Tensor; directions: tf.Tensor }) => {
      const signed = tf.sub(tf.mul(clips, 2), 1);
      const rows = tf.reshape(spaceToDepth(signed, block), [-1, P]);
      const mean = tf.mean(rows, 0);
      const centred = tf.sub(rows, mean);
      const along = tf.matMul(centred, directions, false, true);
      return {
        mean,
        // Rows of directions times the covariance, [K,P].
        product: tf.div(
          tf.matMul(along, centred, true, false),
          rows.shape[0]!,
        ),
      };
    },
    { device, name: "covariance of blocks" },
  );
  const batch = batchOfClips(clips);
  const applyTo = (directions: Float64Array) =>
    covariance.run({
      clips: batch,
      directions: float32([carried, P], directions),
    });
  let directions = orthonormal(
    Float64Array.from(rng.normals([carried, P]).data),
    carried,
  );
  for (let round = 0; round < ROUNDS; round++) {
    const { product } = await applyTo(directions);
    directions = orthonormal(Float64Array.from(product.data), carried);
  }
  const { mean, product } = await applyTo(directions);
  return {
    mean: float32([P], mean.data),
    directions: float32([count, P], directions.subarray(0, count * P)),
    variances: float32(
      [count],
      Array.from(
        { length: count },
        (_, k) => dot(directions, product.data, k * P, k * P, P),
      ),
    ),
  };
}

/** Orthonormalises rows in order, in place (modified Gram-Schmidt). */
function orthonormal(rows: Float64Array, count: number): Float64Array {
  const length = rows.length / count;
  for (let k = 0; k < count; k++) {
    for (let j = 0; j < k; j++) {
      const along = dot(rows, rows, k * length, j * length, length);
      for (let i = 0; i < length; i++) {
        rows[k * length + i]! -= along * rows[j * length + i]!;
      }
    }
    const norm = Math.sqrt(dot(rows, rows, k * length, k * length, length));
    for (let i = 0; i < length; i++) rows[k * length + i]! /= norm || 1;
  }
  return rows;
}

function dot(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  fromA: number,
  fromB: number,
  length: number,
): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[fromA + i]! * b[fromB + i]!;
  return sum;
}
