import { REDUCE_OPS, type ReduceOp } from "../ir/op_attributes.ts";
import { expectAxis, expectInputs } from "./expect.ts";
import type { OpRule } from "./rule.ts";

const reduction: OpRule<ReduceOp> = {
  infer(inputs, { axes, keepDims }) {
    expectInputs(inputs, ["number"]);
    const { dtype, shape } = inputs[0]!;
    for (const axis of axes) expectAxis(inputs[0]!, axis);
    return {
      dtype,
      shape: shape.flatMap((size, axis) =>
        !axes.includes(axis) ? [size] : keepDims ? [1] : []
      ),
    };
  },
  emit(node, onnx) {
    const { axes, keepDims } = node.attributes;
    onnx.result(node, node.op, [node.inputs[0]!, onnx.int64(axes)], {
      keepdims: { int: Number(keepDims) },
      // Without axes ONNX would reduce all of them.
      noop_with_empty_axes: { int: 1 },
    });
  },
};

/** ONNX gives positions as int64. */
const TO_INT32 = { to: { dtype: "int32" } } as const;

const position: OpRule<"ArgMax" | "ArgMin"> = {
  infer(inputs, { axis }) {
    expectInputs(inputs, ["number"]);
    expectAxis(inputs[0]!, axis);
    return { dtype: "int32", shape: inputs[0]!.shape.toSpliced(axis, 1) };
  },
  emit(node, onnx) {
    const found = onnx.write(node.op, node.inputs, {
      axis: { int: node.attributes.axis },
      keepdims: { int: 0 },
    });
    onnx.result(node, "Cast", [found], TO_INT32);
  },
};

/** Rules of the operations that combine values along axes. */
export const REDUCE_RULES = {
  ...Object.fromEntries(REDUCE_OPS.map((op) => [op, reduction])) as {
    readonly [O in ReduceOp]: OpRule<O>;
  },
  ArgMax: position as OpRule<"ArgMax">,
  ArgMin: position as OpRule<"ArgMin">,
  CumSum: {
    infer(inputs, { axis }) {
      expectInputs(inputs, ["number"]);
      expectAxis(inputs[0]!, axis);
      return inputs[0]!;
    },
    emit(node, onnx) {
      const { axis, exclusive, reverse } = node.attributes;
      onnx.result(node, "CumSum", [node.inputs[0]!, onnx.int64([axis], [])], {
        exclusive: { int: Number(exclusive) },
        reverse: { int: Number(reverse) },
      });
    },
  } satisfies OpRule<"CumSum">,
  TopKValues: topK(0) as OpRule<"TopKValues">,
  TopKIndices: topK(1) as OpRule<"TopKIndices">,
};

function topK(output: 0 | 1): OpRule<"TopKValues" | "TopKIndices"> {
  return {
    infer(inputs, { k }) {
      expectInputs(inputs, ["number"]);
      const { dtype, shape } = inputs[0]!;
      expectAxis(inputs[0]!, shape.length - 1);
      return {
        dtype: output === 0 ? dtype : "int32",
        shape: shape.with(-1, k),
      };
    },
    emit(node, onnx) {
      const { k } = node.attributes;
      if (output === 0) onnx.topK(node.inputs[0]!, k, node);
      else {
        const { indices } = onnx.topK(node.inputs[0]!, k);
        onnx.result(node, "Cast", [indices], TO_INT32);
      }
    },
  };
}
