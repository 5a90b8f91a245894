import * as tf from "@tensorflow/tfjs-core";

/** Attributes that all convolutions share. */
interface Dilated {
  readonly dilations: number | readonly number[] | null;
}

/**
 * A convolution with dilations is one without, whose filter has zeros between
 * its taps: its gradients are that one's, and those of the zeros are dropped.
 * TF.js itself refuses it.
 *
 * @param own TF.js's gradient of the convolution without dilations.
 * @param spatial Axes in which the window moves, the first of the filter.
 */
function withDilations(own: tf.GradConfig, spatial: number): tf.GradConfig {
  return {
    ...own,
    gradFunc: (dy, saved, attributes) => {
      const { dilations } = attributes as unknown as Dilated;
      const steps = typeof dilations === "number"
        ? new Array<number>(spatial).fill(dilations)
        : dilations ?? [];
      if (steps.every((step) => step === 1)) {
        return own.gradFunc(dy, saved, attributes);
      }
      const [x, filter] = saved as [tf.Tensor, tf.Tensor];
      const gradients = own.gradFunc(dy, [x, spread(filter, steps)], {
        ...attributes,
        dilations: steps.map(() => 1),
      });
      return {
        x: gradients.x!,
        filter: () => taps(gradients.filter!(), filter.shape, steps),
      };
    },
  };
}

/** Puts `steps[i] - 1` zeros between neighbours along each of the first axes. */
function spread(filter: tf.Tensor, steps: readonly number[]): tf.Tensor {
  return steps.reduce((wide, step, axis) => {
    if (step === 1) return wide;
    const { shape } = wide;
    const alone = tf.expandDims(wide, axis + 1);
    const zeros = tf.zeros(alone.shape.with(axis + 1, step - 1));
    const all = tf.reshape(
      tf.concat([alone, zeros], axis + 1),
      shape.with(axis, shape[axis]! * step),
    );
    // No zeros after the last.
    return tf.slice(
      all,
      shape.map(() => 0),
      shape.with(axis, (shape[axis]! - 1) * step + 1),
    );
  }, filter);
}

/** Takes every `steps[i]`-th element along each of the first axes. */
function taps(
  wide: tf.Tensor,
  shape: readonly number[],
  steps: readonly number[],
): tf.Tensor {
  return steps.reduce((narrow, step, axis) => {
    if (step === 1) return narrow;
    const places = Array.from({ length: shape[axis]! }, (_, i) => i * step);
    return tf.gather(narrow, tf.tensor1d(places, "int32"), axis);
  }, wide);
}

/** Axes in which the windows of convolutions move. */
const SPATIAL = [
  [tf.Conv2D, 2],
  [tf.Conv3D, 3],
  [tf.DepthwiseConv2dNative, 2],
] as const;

/** Gradients of convolutions, with dilations as well; they extend TF.js's own. */
export function dilatedConvolutionGradients(): tf.GradConfig[] {
  return SPATIAL.map(([kernel, spatial]) =>
    withDilations(tf.getGradient(kernel), spatial)
  );
}
