import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../core/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import { type InceptionTap } from "./architecture.ts";
import { inceptionLayers, type InceptionParameters } from "./network.ts";

/** Layers that are compared: details of 2, 4 and 8 pixels. */
const LAYERS: readonly InceptionTap[] = ["conv2d_3", "conv2d_5", "mixed2"];

type Layers = Readonly<Record<InceptionTap, tf.Tensor>>;

/** The smallest pictures that leave a place in the last layer, in pixels. */
const LEAST_SIZE = 27;

/**
 * Perceptual distance of pictures, built like LPIPS (Zhang et al. 2018, arXiv
 * 1801.03924) on InceptionV3 but without trained weights of channels: at every
 * place the channels of a layer are scaled to length 1; the squares of their
 * differences are summed over channels, averaged over places and summed over
 * three layers.
 *
 * @param a,b `[N,H,W,3]` in [-1,1], each side at least 27 pixels; not resized.
 * @returns `[N]`; 0 for equal pictures.
 * @throws {InputError} if the pictures are smaller
 */
export function pictureDistance(
  parameters: Tensors<InceptionParameters>,
  a: tf.Tensor,
  b: tf.Tensor,
): tf.Tensor {
  const [N, height, width] = a.shape as [number, number, number];
  if (Math.min(height, width) < LEAST_SIZE) {
    throw new InputError(
      `Cannot compute the picture distance: height and width must be at least ` +
        `${LEAST_SIZE}: current size is ${width}x${height}; pass larger clips`,
    );
  }
  // One after the other: only one of the pictures may need a gradient.
  const [ofA, ofB] = [a, b].map((pictures) =>
    inceptionLayers(parameters, pictures, LAYERS)
  ) as [Layers, Layers];
  const distances = LAYERS.map((layer) => {
    const difference = tf.sub(unitLength(ofA[layer]), unitLength(ofB[layer]));
    const squares = tf.sum(tf.square(difference), -1);
    return tf.mean(tf.reshape(squares, [N, -1]), 1);
  });
  return tf.addN(distances);
}

/** Channels scaled to length 1 at each place. The gradient stays finite where all are 0. */
function unitLength(layer: tf.Tensor): tf.Tensor {
  const squares = tf.sum(tf.square(layer), -1, true);
  return tf.div(layer, tf.sqrt(tf.add(squares, 1e-10)));
}
