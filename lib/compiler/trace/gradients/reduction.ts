import * as tf from "@tensorflow/tfjs-core";

/**
 * The gradient of a result for each value that it sums.
 *
 * TF.js multiplies by an array of ones of the size of the values: in the mean of
 * an activation hundreds of megabytes, which took most of the time of tracing.
 * A filled tensor makes the same graph, without the array.
 */
function spread(dy: tf.Tensor, x: tf.Tensor, axes: number[]): tf.Tensor {
  const kept = tf.backend_util.expandShapeToKeepDim(
    tf.backend_util.computeOutAndReduceShapes(x.shape, axes)[0],
    axes,
  );
  const expanded = tf.reshape(dy, kept);
  const ones = x.size > 1
    ? tf.fill(x.shape, 1, "float32")
    : tf.ones(x.shape, "float32");
  return tf.mul(expanded, ones);
}

const mean: tf.GradConfig = {
  kernelName: tf.Mean,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attributes) => {
    const [x] = saved as [tf.Tensor];
    const { axis } = attributes as unknown as tf.MeanAttrs;
    const axes = tf.util.parseAxisParam(axis, x.shape);
    const count = tf.util.sizeFromShape(axes.map((axis) => x.shape[axis]!));
    return { x: () => tf.div(spread(dy as tf.Tensor, x, axes), count) };
  },
};

const sum: tf.GradConfig = {
  kernelName: tf.Sum,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attributes) => {
    const [x] = saved as [tf.Tensor];
    const { axis } = attributes as unknown as tf.SumAttrs;
    const axes = tf.util.parseAxisParam(axis, x.shape);
    const gradient = spread(dy as tf.Tensor, x, axes);
    return { x: () => gradient };
  },
};

/** Gradients of sums and means. */
export const REDUCTION_GRADIENTS: readonly tf.GradConfig[] = [mean, sum];
