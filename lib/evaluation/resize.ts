import * as tf from "@tensorflow/tfjs-core";

/**
 * Scales pictures linearly with centres of pixels aligned, without
 * antialiasing, as PyTorch's `interpolate(mode="bilinear",
 * align_corners=False)` does: `[N,H,W,C] -> [N,height,width,C]`. Written as
 * two matrix products.
 */
export function resizeBilinear(
  pictures: tf.Tensor,
  height: number,
  width: number,
): tf.Tensor {
  const [N, H, W, C] = pictures.shape as [number, number, number, number];
  if (H === height && W === width) return pictures;
  const down = tf.tensor2d(weightsOf(H, height), [height, H]);
  const across = tf.tensor2d(weightsOf(W, width), [width, W]);
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

/** Weight of each of `from` pixels in each of `to`: `[to,from]`. */
function weightsOf(from: number, to: number): Float32Array {
  const weights = new Float32Array(to * from);
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
