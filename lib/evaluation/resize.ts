import * as tf from "@tensorflow/tfjs-core";

/** How to scale pictures. */
interface ResizeOptions {
  /** Whether a pixel of a smaller picture averages all that it covers; default: false. */
  readonly antialias?: boolean;
}

/**
 * Scales pictures linearly with centres of pixels aligned, as PyTorch's
 * `interpolate(mode="bilinear", align_corners=False)` does: `[N,H,W,C] ->
 * [N,height,width,C]`. Written as two matrix products.
 */
export function resizeBilinear(
  pictures: tf.Tensor,
  height: number,
  width: number,
  { antialias = false }: ResizeOptions = {},
): tf.Tensor {
  const [N, H, W, C] = pictures.shape as [number, number, number, number];
  if (H === height && W === width) return pictures;
  const down = tf.tensor2d(resizeWeights(H, height, antialias), [height, H]);
  const across = tf.tensor2d(resizeWeights(W, width, antialias), [width, W]);
  // [N,H,W*C] -> [N,height,W*C]
  const tall = tf.matMul(
    tf.tile(tf.reshape(down, [1, height, H]), [N, 1, 1]),
    tf.reshape(pictures, [N, H, W * C]),
  );
  // [N*height,W,C] -> [N*height,width,C]
  const rows = tf.reshape(tall, [N * height, W, C]);
  const turned = tf.reshape(tf.transpose(rows, [0, 2, 1]), [N * height * C, W]);
  const wide = tf.matMul(turned as tf.Tensor2D, across, false, true);
  return tf.reshape(
    tf.transpose(tf.reshape(wide, [N * height, C, width]), [0, 2, 1]),
    [N, height, width, C],
  );
}

/** Weight of each of `from` pixels in each of `to`, along one side: `[to,from]`. */
export function resizeWeights(
  from: number,
  to: number,
  antialias: boolean,
): Float32Array {
  const weights = new Float32Array(to * from);
  if (antialias && to < from) {
    fillTriangles(weights, from, to);
    return weights;
  }
  for (let i = 0; i < to; i++) {
    const at = Math.min(
      from - 1,
      Math.max(0, (i + 0.5) * from / to - 0.5),
    );
    const low = Math.floor(at);
    const high = Math.min(low + 1, from - 1);
    weights[i * from + low]! += 1 - (at - low);
    weights[i * from + high]! += at - low;
  }
  return weights;
}

/** Triangles as wide as two pixels of the smaller picture, each of sum 1. */
function fillTriangles(weights: Float32Array, from: number, to: number): void {
  const scale = from / to;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    const heights = Array.from(
      { length: from },
      (_, j) => Math.max(0, 1 - Math.abs(j - centre) / scale),
    );
    const sum = heights.reduce((a, b) => a + b, 0);
    heights.forEach((height, j) => weights[i * from + j] = height / sum);
  }
}
