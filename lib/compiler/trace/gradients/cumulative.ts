import * as tf from "@tensorflow/tfjs-core";

/** Attributes of running sums and products. */
interface Running {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/**
 * Moves values `by` places back along an axis (ahead, where negative) and fills up
 * with zeros.
 */
function shifted(x: tf.Tensor, axis: number, by: number): tf.Tensor {
  const only = <T>(here: T, elsewhere: T): T[] =>
    x.shape.map((_, i) => i === axis ? here : elsewhere);
  const padded = tf.pad(
    x,
    only<[number, number]>(by > 0 ? [0, by] : [-by, 0], [0, 0]),
  );
  return tf.slice(padded, only(Math.max(by, 0), 0), x.shape);
}

/**
 * TF.js's own gradient moves the axis to the end and leaves it there: it is right
 * for the last axis only.
 */
const cumsum: tf.GradConfig = {
  kernelName: tf.Cumsum,
  gradFunc: (dy, _saved, attributes) => {
    const { axis, exclusive, reverse } = attributes as unknown as Running;
    return {
      x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse),
    };
  },
};

/**
 * With y_i the product of all x up to i, dx_j = e_j s_j, where e_j is the
 * product of all x before j and s_j = dy_j + x_{j+1} s_{j+1}. Nothing is
 * divided by x, so that zeros do no harm. The recurrence is solved for all places
 * at once, in log2(length) steps: two neighbouring stretches of `b + a s` are
 * again of that form.
 */
const cumprod: tf.GradConfig = {
  kernelName: tf.Cumprod,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attributes) => {
    const [x] = saved as [tf.Tensor];
    const { exclusive, reverse, axis: given } =
      attributes as unknown as Running;
    const axis = tf.util.parseAxisParam(given, x.shape)[0]!;
    const ahead = reverse ? -1 : 1;
    return {
      x: () => {
        let b = exclusive
          ? shifted(dy as tf.Tensor, axis, ahead)
          : dy as tf.Tensor;
        let a = shifted(x, axis, ahead);
        for (let reach = 1; reach < x.shape[axis]!; reach *= 2) {
          b = tf.add(b, tf.mul(a, shifted(b, axis, ahead * reach)));
          a = tf.mul(a, shifted(a, axis, ahead * reach));
        }
        return tf.mul(tf.cumprod(x, axis, true, reverse), b);
      },
    };
  },
};

/** Gradients of running sums and products. */
export const CUMULATIVE_GRADIENTS: readonly tf.GradConfig[] = [cumsum, cumprod];
