import * as tf from "@tensorflow/tfjs-core";
import { float32, scalar } from "lib/core/mod.ts";
import { bools, type Case, conform, EXACT, ints, normal } from "./_case.ts";

const MOVED = { tolerance: EXACT } as const;
const NONE = { ...MOVED, gradient: "none" } as const;
/** Moving is linear, so that differences are exact. */
const LINEAR = {
  ...MOVED,
  gradient: "differences",
  gradientTolerance: 2e-5,
} as const;
const CUBE = normal([2, 3, 4]);
const SIX = normal([2, 1, 3, 2, 1, 2]);

/** Cases of the operations that move values without changing them. */
export const MOVEMENT_CASES: readonly Case[] = [
  conform("reshape", { x: CUBE }, ({ x }) => tf.reshape(x, [4, -1]), MOVED),
  conform(
    "reshape from rank 6 to a vector and back",
    { x: SIX },
    ({ x }) => tf.reshape(tf.reshape(x, [-1]), [3, 1, 2, 2, 1, 2]),
    MOVED,
  ),
  conform(
    "reshape of a scalar",
    { x: scalar(2) },
    ({ x }) => tf.reshape(x, [1, 1, 1]),
    MOVED,
  ),
  conform(
    "reshape of nothing",
    { x: float32([0, 2], []) },
    ({ x }) => tf.reshape(x, [2, 0, 3]),
    NONE,
  ),
  conform(
    "expandDims and squeeze",
    { x: CUBE },
    ({ x }) =>
      [
        tf.expandDims(x, -1),
        tf.expandDims(x, 0),
        tf.squeeze(tf.expandDims(x, 1), [1]),
      ].map((y) => tf.neg(y)),
    MOVED,
  ),
  conform("transpose", { x: CUBE }, ({ x }) => tf.transpose(x), MOVED),
  conform(
    "transpose of rank 6",
    { x: SIX },
    ({ x }) => tf.transpose(x, [5, 0, 3, 1, 4, 2]),
    MOVED,
  ),
  conform(
    "transpose that changes nothing",
    { x: CUBE },
    ({ x }) => tf.neg(tf.transpose(x, [0, 1, 2])),
    MOVED,
  ),
  conform(
    "transpose of whole numbers and truths",
    { x: ints(1, 2, 3, 4), y: bools([1, 0, 0, 1], [2, 2]) },
    ({ x, y }) => [tf.transpose(tf.reshape(x, [2, 2])), tf.transpose(y)],
    NONE,
  ),
  conform(
    "slice",
    { x: CUBE },
    ({ x }) => tf.slice(x, [0, 1, 2], [2, 2, 1]),
    MOVED,
  ),
  conform(
    "slice to the end",
    { x: CUBE },
    ({ x }) => tf.slice(x, [1, 0, 1], [-1, 2, -1]),
    MOVED,
  ),
  conform(
    "slice of the first axes",
    { x: CUBE },
    ({ x }) => tf.slice(x, 1),
    MOVED,
  ),
  conform(
    "slice of nothing",
    { x: CUBE },
    ({ x }) => tf.slice(x, [0, 1, 0], [2, 0, 4]),
    NONE,
  ),
  conform(
    "slice of truths",
    { x: bools([1, 0, 1]) },
    ({ x }) => tf.slice(x, 1, 2),
    NONE,
  ),
  conform(
    "stridedSlice",
    { x: CUBE },
    ({ x }) => tf.stridedSlice(x, [0, 0, 1], [2, 3, 4], [1, 2, 2]),
    LINEAR,
  ),
  conform(
    "stridedSlice backwards",
    { x: CUBE },
    ({ x }) => tf.stridedSlice(x, [1, 2, -1], [0, -4, -4], [-1, -1, -2]),
    LINEAR,
  ),
  conform(
    "stridedSlice with masks",
    { x: CUBE },
    ({ x }) =>
      tf.stridedSlice(x, [1, 1, 1], [0, 2, 0], [1, 1, 1], 0b001, 0b101),
    LINEAR,
  ),
  conform(
    "stridedSlice that drops an axis and makes one",
    { x: CUBE },
    ({ x }) =>
      tf.stridedSlice(
        x,
        [1, 0, 0],
        [2, 0, 2],
        [1, 1, 1],
        0,
        0,
        0,
        0b010,
        0b001,
      ),
    LINEAR,
  ),
  conform(
    "stridedSlice with an ellipsis",
    { x: CUBE },
    ({ x }) => tf.stridedSlice(x, [0, 1], [0, 3], [1, 1], 0, 0, 0b01),
    LINEAR,
  ),
  conform(
    "reverse",
    { x: CUBE },
    ({ x }) => [tf.reverse(x, 1), tf.reverse(x, [0, -1]), tf.reverse(x)],
    MOVED,
  ),
  conform(
    "reverse of an axis of size 1",
    { x: SIX },
    ({ x }) => tf.reverse(x, [1, 2]),
    MOVED,
  ),
  conform(
    "concat",
    { a: CUBE, b: normal([2, 2, 4], 2), c: normal([2, 1, 4], 3) },
    ({ a, b, c }) => tf.concat([a, b, c], 1),
    MOVED,
  ),
  conform(
    "concat along the last axis",
    { a: CUBE, b: normal([2, 3, 1], 2) },
    ({ a, b }) => tf.concat([a, b], -1),
    MOVED,
  ),
  conform(
    "concat with empty parts",
    { a: float32([2, 0], []), b: normal([2, 3]), c: float32([2, 0], []) },
    ({ a, b, c }) => tf.concat([a, tf.add(b, tf.sum(tf.concat([a, c]))), c], 1),
    NONE,
  ),
  conform(
    "concat of nothing but empty parts",
    { a: float32([0, 2], []), b: float32([0, 3], []) },
    ({ a, b }) => tf.concat([a, b], 1),
    NONE,
  ),
  conform(
    "concat of one",
    { a: CUBE },
    ({ a }) => tf.neg(tf.concat([a], 0)),
    MOVED,
  ),
  conform("split", { x: CUBE }, ({ x }) => tf.split(x, 2, 2), MOVED),
  conform(
    "split into sizes",
    { x: normal([2, 6]) },
    ({ x }) => tf.split(x, [1, 3, -1], -1),
    MOVED,
  ),
  conform(
    "stack",
    { a: normal([2, 3]), b: normal([2, 3], 2) },
    ({ a, b }) => [tf.stack([a, b]), tf.stack([a, b], 1), tf.stack([a, b], -1)],
    MOVED,
  ),
  conform(
    "stack of scalars",
    { a: scalar(1), b: scalar(2) },
    ({ a, b }) => tf.stack([a, b]),
    MOVED,
  ),
  conform("unstack", { x: CUBE }, ({ x }) => tf.unstack(x, 1), MOVED),
  conform(
    "unstack of the last axis",
    { x: CUBE },
    ({ x }) => tf.unstack(x, -1),
    MOVED,
  ),
  conform(
    "pad",
    { x: CUBE },
    ({ x }) => tf.pad(x, [[1, 0], [0, 0], [2, 1]]),
    MOVED,
  ),
  conform(
    "pad with a value",
    { x: normal([2, 2]) },
    ({ x }) => tf.pad(x, [[0, 1], [1, 0]], -2.5),
    MOVED,
  ),
  conform(
    "pad of whole numbers with a value",
    { x: ints(1, 2) },
    ({ x }) => tf.pad(x, [[1, 2]], 7),
    NONE,
  ),
  conform(
    "mirrorPad",
    { x: normal([3, 4]) },
    ({ x }) => tf.mirrorPad(x, [[2, 1], [0, 3]], "reflect"),
    MOVED,
  ),
  conform("tile", { x: normal([2, 1, 3]) }, ({ x }) => tf.tile(x, [2, 3, 1]), {
    tolerance: EXACT,
    gradientTolerance: 1e-5,
  }),
  conform(
    "tile of truths",
    { x: bools([1, 0]) },
    ({ x }) => tf.tile(x, [2]),
    NONE,
  ),
  conform(
    "broadcastTo",
    { x: normal([3, 1]) },
    ({ x }) => tf.broadcastTo(x, [2, 3, 4]),
    { tolerance: EXACT, gradientTolerance: 1e-5 },
  ),
  conform(
    "broadcastTo of a scalar",
    { x: scalar(3) },
    ({ x }) => tf.broadcastTo(x, [2, 2]),
    { tolerance: EXACT, gradientTolerance: 1e-5 },
  ),
  conform(
    "fill, zerosLike and onesLike",
    { x: normal([2, 2]) },
    ({ x }) =>
      tf.addN([x, tf.fill([2, 2], 0.25), tf.zerosLike(x), tf.onesLike(x)]),
  ),
  conform(
    "onesLike and zerosLike of whole numbers",
    { x: ints(4, 5) },
    ({ x }) => [tf.add(x, tf.onesLike(x)), tf.mul(x, tf.zerosLike(x))],
    NONE,
  ),
  conform(
    "depthToSpace",
    { x: normal([1, 2, 3, 8]) },
    ({ x }) => tf.depthToSpace(x as tf.Tensor4D, 2, "NHWC"),
    LINEAR,
  ),
  ...[[[0, 0], [0, 0]], [[1, 0], [0, 2]]].flatMap((pads) => [
    conform(
      `spaceToBatchND, ${pads}`,
      { x: normal([2, pads[0]![0] ? 3 : 4, 4, 3]) },
      ({ x }) => tf.spaceToBatchND(x, [2, 2], pads),
      MOVED,
    ),
    conform(
      `batchToSpaceND, ${pads}`,
      { x: normal([8, 2, 3, 3]) },
      ({ x }) => tf.batchToSpaceND(x, [2, 2], pads),
      MOVED,
    ),
  ]),
  conform(
    "flipLeftRight",
    { x: normal([2, 3, 4, 2]) },
    ({ x }) => tf.image.flipLeftRight(x as tf.Tensor4D),
    NONE,
  ),
  conform(
    "range, forwards, backwards, in fractions and of nothing",
    { x: scalar(2) },
    ({ x }) => [
      tf.mul(x, tf.range(1, 5)),
      tf.mul(x, tf.range(5, 1)),
      tf.mul(x, tf.range(0, 1, 0.3)),
      tf.add(x, tf.sum(tf.range(3, 1, 1.5))),
    ],
    { tolerance: 1e-6 },
  ),
  conform(
    "range of whole numbers",
    { x: ints(2) },
    ({ x }) => tf.mul(x, tf.range(2, 9, 3, "int32")),
    NONE,
  ),
  conform(
    "linspace",
    { x: scalar(2) },
    ({ x }) => tf.mul(x, tf.linspace(-1, 2, 8)),
    { tolerance: 1e-6 },
  ),
  conform(
    "diag",
    { x: normal([3]), i: ints(1, 2), y: normal([2, 2]) },
    ({ x, i, y }) => [tf.diag(x), tf.diag(i), tf.diag(y)],
    NONE,
  ),
];
