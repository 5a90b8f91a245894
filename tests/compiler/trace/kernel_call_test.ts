import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { trace, UnsupportedOpError } from "lib/compiler/mod.ts";
import { LOWERINGS } from "lib/compiler/trace/lower/table.ts";
import { UNLOWERED } from "lib/compiler/trace/lower/unlowered.ts";
import { int32, type NdArray, zeros } from "lib/core/mod.ts";

type Inputs = Record<string, tf.Tensor>;

/** What cannot be compiled, and what the error says of it. */
const CASES: readonly {
  readonly name: string;
  readonly inputs: Record<string, NdArray>;
  readonly fn: (inputs: Inputs) => tf.Tensor;
  readonly kernel: string;
  readonly rule: string;
}[] = [
  {
    name: "a kernel without a rule",
    inputs: { x: zeros([1, 4, 4, 8]) },
    fn: ({ x }) => tf.localResponseNormalization(x as tf.Tensor4D),
    kernel: "LRN",
    rule: "the compiler has no rule for it",
  },
  {
    name: "a kernel whose result has a shape that depends on values",
    inputs: { x: zeros([4]) },
    fn: ({ x }) => tf.unique(x!).values,
    kernel: "Unique",
    rule:
      "the shape of its result depends on values, and shapes are static here",
  },
  {
    name: "an operation that is not defined for the type",
    inputs: { a: zeros([3], "bool"), b: zeros([3], "bool") },
    fn: ({ a, b }) => tf.add(a!, b!),
    kernel: "Add",
    rule:
      "Add: inputs must be (number, number): current inputs are (bool[3], bool[3])",
  },
  {
    name: "an operation that the runtime has for floats only",
    inputs: { x: zeros([3], "int32") },
    fn: ({ x }) => tf.reciprocal(x!),
    kernel: "Reciprocal",
    rule: "Reciprocal: inputs must be (float32): current inputs are (int32[3])",
  },
  {
    name: "a cast to what has no arrays here",
    inputs: { x: zeros([3]) },
    fn: ({ x }) => tf.cast(x!, "complex64"),
    kernel: "Cast",
    rule: 'dtype must be float32, int32 or bool: current value is "complex64"',
  },
  {
    name: "channels first in two dimensions",
    inputs: { x: zeros([1, 2, 4, 4]), w: zeros([3, 3, 2, 2]) },
    fn: ({ x, w }) =>
      tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "valid", "NCHW"),
    kernel: "Conv2D",
    rule: 'dataFormat must be "NHWC": current value is "NCHW"',
  },
  {
    name:
      "padding that is not the same on all sides of a window that is not square",
    inputs: { x: zeros([1, 4, 5, 1]) },
    fn: ({ x }) => tf.avgPool(x as tf.Tensor4D, [3, 2], [2, 1], 1),
    kernel: "AvgPool",
    rule: "the window must have the [2,3] positions of TF.js: it has [2,6]",
  },
  {
    name: "the gradient of a convolution that pads beyond its filter",
    inputs: { x: zeros([1, 4, 4, 1]), w: zeros([2, 2, 1, 1]) },
    fn: ({ x, w }) =>
      tf.grad((x) =>
        tf.sum(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 2))
      )(x!),
    kernel: "Conv2DBackpropInput",
    rule:
      "padding must not exceed the filter's reach 1: current padding is [2,2]",
  },
  {
    name: "symmetric padding",
    inputs: { x: zeros([3]) },
    fn: ({ x }) => tf.mirrorPad(x!, [[1, 1]], "symmetric"),
    kernel: "MirrorPad",
    rule: 'mode must be "reflect": current value is "symmetric"',
  },
  {
    name: "a gather in batches counted from the end",
    inputs: { x: zeros([2, 3]), i: int32([2, 1], [0, 1]) },
    fn: ({ x, i }) => tf.gather(x!, i as unknown as tf.Tensor1D, 1, -1),
    kernel: "GatherV2",
    rule: "batchDims must be 0 to the axis, 1: current value is -1",
  },
  {
    name: "depth to space with channels first",
    inputs: { x: zeros([1, 4, 2, 2]) },
    fn: ({ x }) => tf.depthToSpace(x as tf.Tensor4D, 2, "NCHW"),
    kernel: "DepthToSpace",
    rule: 'dataFormat must be "NHWC": current value is "NCHW"',
  },
  {
    name: "a strided slice of nothing",
    inputs: { x: zeros([3]) },
    fn: ({ x }) => tf.stridedSlice(x!, [2], [1], [1]),
    kernel: "StridedSlice",
    rule: "the result must not be empty",
  },
  {
    name: "a sum of whole numbers by segment",
    inputs: { x: zeros([3], "int32"), i: int32([3], [0, 1, 1]) },
    fn: ({ x, i }) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 2),
    kernel: "UnsortedSegmentSum",
    rule: "x must be float32: current type is int32[3]",
  },
];

for (const { name, inputs, fn, kernel, rule } of CASES) {
  Deno.test(`trace() refuses ${name}`, () => {
    assert.throws(
      () => trace((x) => ({ y: fn(x as Inputs) }), inputs),
      (error) => {
        assert.ok(error instanceof UnsupportedOpError, String(error));
        assert.equal(error.name, "UnsupportedOpError");
        assert.equal(error.kernel, kernel);
        assert.equal(error.message, `Cannot lower ${kernel}: ${rule}`);
        return true;
      },
    );
  });
}

Deno.test("trace() refuses a constant of text", () => {
  assert.throws(
    () =>
      trace(({ x }) => (tf.tensor1d(["a"]), { y: tf.neg(x) }), {
        x: zeros([1]),
      }),
    {
      name: "UnsupportedOpError",
      message:
        'Cannot lower constant: dtype must be float32, int32 or bool: current value is "string"',
    },
  );
});

Deno.test("every kernel of TF.js has a lowering or a reason why not, and not both", () => {
  const kernels = new Set(
    Object.values(tf).filter((name) =>
      typeof name === "string" && /^_?[A-Z]\w+$/.test(name)
    ) as string[],
  );
  const known = [...Object.keys(LOWERINGS), ...Object.keys(UNLOWERED)];
  assert.deepEqual([...kernels].filter((name) => !known.includes(name)), []);
  assert.deepEqual(Object.keys(UNLOWERED).filter((k) => k in LOWERINGS), []);
  assert.deepEqual(Object.keys(UNLOWERED).filter((k) => !kernels.has(k)), []);
});
