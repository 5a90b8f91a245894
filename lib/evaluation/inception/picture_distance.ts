import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../core/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import { channelDifference } from "../feature_network.ts";
import { type InceptionTap } from "./architecture.ts";
import { inceptionLayers, type InceptionParameters } from "./network.ts";

/** Layers that are compared: details of 2, 4 and 8 pixels. */
const LAYERS: readonly InceptionTap[] = ["conv2d_3", "conv2d_5", "mixed2"];

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
  const layers = inceptionLayers(parameters, tf.concat([a, b]), LAYERS);
  const distances = LAYERS.map((layer) => {
    const squares = tf.sum(tf.square(channelDifference(layers[layer])), -1);
    return tf.mean(tf.reshape(squares, [N, -1]), 1);
  });
  return tf.addN(distances);
}
