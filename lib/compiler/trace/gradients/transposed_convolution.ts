import * as tf from "@tensorflow/tfjs-core";

/**
 * A transposed convolution is the gradient of a convolution with respect to
 * its input; so its own gradients are that convolution, and the gradient with
 * respect to the filter. TF.js has this for two dimensions only.
 */
const conv3dTranspose: tf.GradConfig = {
  kernelName: tf.Conv3DBackpropInputV2,
  inputsToSave: ["dy", "filter"],
  gradFunc: (outer, saved, attributes) => {
    const [x, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
    const ddx = outer as tf.Tensor5D;
    const { strides, pad } =
      attributes as unknown as tf.Conv3DBackpropInputV2Attrs;
    return {
      dy: () => tf.conv3d(ddx, filter, strides, pad as "same" | "valid"),
      filter: () =>
        tf.engine().runKernel(tf.Conv3DBackpropFilterV2, { x: ddx, dy: x }, {
          strides,
          pad,
          filterShape: filter.shape,
        }) as tf.Tensor,
    };
  },
};

/** Gradients of transposed convolutions. */
export const TRANSPOSED_CONVOLUTION_GRADIENTS: readonly tf.GradConfig[] = [
  conv3dTranspose,
];
