import * as tf from "@tensorflow/tfjs-core";

/** Puts rows at places along an axis, zeros elsewhere: the reverse of a gather. */
function scatterRows(
  x: tf.Tensor,
  axis: number,
  places: readonly number[],
  size: number,
): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  const first = [axis, ...axes.toSpliced(axis, 1)];
  const back = axes.map((i) => first.indexOf(i));
  const rows = tf.transpose(x, first);
  const indices = tf.tensor1d([...places], "int32");
  return tf.transpose(tf.unsortedSegmentSum(rows, indices, size), back);
}

/** The gradient goes to the places that were taken, axis by axis. */
const stridedSlice: tf.GradConfig = {
  kernelName: tf.StridedSlice,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attributes) => {
    const [x] = saved as [tf.Tensor];
    const a = attributes as unknown as tf.StridedSliceAttrs;
    const info = tf.slice_util.sliceInfo(
      x.shape,
      a.begin,
      a.end,
      a.strides,
      a.beginMask,
      a.endMask,
      a.ellipsisMask,
      a.newAxisMask,
      a.shrinkAxisMask,
    );
    const places = x.shape.map((_, axis) => {
      const [begin, end, stride] = [
        info.begin[axis]!,
        info.end[axis]!,
        info.strides[axis]!,
      ];
      const count = Math.max(0, Math.ceil((end - begin) / stride));
      return Array.from({ length: count }, (_, i) => begin + i * stride);
    });
    return {
      x: () => {
        const taken = places.map((list) => list.length);
        return places.reduce(
          (gradient, list, axis) =>
            list.length === x.shape[axis] && info.strides[axis]! > 0
              ? gradient
              : scatterRows(gradient, axis, list, x.shape[axis]!),
          tf.reshape(dy as tf.Tensor, taken),
        );
      },
    };
  },
};

/** Each block of pixels goes back to the channels of one. */
const depthToSpace: tf.GradConfig = {
  kernelName: tf.DepthToSpace,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, { blockSize }) => {
    const [x] = saved as [tf.Tensor4D];
    const block = blockSize as number;
    const [n, h, w, c] = x.shape;
    const depth = c / (block * block);
    return {
      x: () => {
        const apart = tf.reshape(
          dy as tf.Tensor,
          [n, h, block, w, block, depth],
        );
        return tf.reshape(tf.transpose(apart, [0, 1, 3, 2, 4, 5]), x.shape);
      },
    };
  },
};

/** The gradient is added to the places that were read. */
const gatherNd: tf.GradConfig = {
  kernelName: tf.GatherNd,
  inputsToSave: ["params", "indices"],
  gradFunc: (dy, saved) => {
    const [x, indices] = saved as [tf.Tensor, tf.Tensor];
    return {
      params: () => tf.scatterND(indices, dy as tf.Tensor, x.shape as never),
      indices: () => tf.zerosLike(indices),
    };
  },
};

const scatterNd: tf.GradConfig = {
  kernelName: tf.ScatterNd,
  inputsToSave: ["indices"],
  gradFunc: (dy, saved) => {
    const [indices] = saved as [tf.Tensor];
    return {
      updates: () => tf.gatherND(dy as tf.Tensor, indices),
      indices: () => tf.zerosLike(indices),
    };
  },
};

/** Gradients of kernels that move values. */
export const MOVEMENT_GRADIENTS: readonly tf.GradConfig[] = [
  stridedSlice,
  depthToSpace,
  gatherNd,
  scatterNd,
];
