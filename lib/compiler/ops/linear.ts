import type { Node, TensorType } from "../ir/graph.ts";
import type { WindowAttributes } from "../ir/op_attributes.ts";
import { broadcast, expect, expectInputs } from "./expect.ts";
import {
  type OnnxAttributes,
  type OnnxInput,
  type OpRule,
  padsOf,
  sameInOnnx,
} from "./rule.ts";

/** Sizes of the spatial axes of a window's output. */
function slide(
  input: TensorType,
  window: readonly number[],
  { strides, dilations, pads }: WindowAttributes,
): number[] {
  const spatial = input.shape.slice(2);
  expect(
    [window, strides, dilations, pads].every((list) =>
      list.length === spatial.length
    ),
    `window, strides, dilations and pads must have one entry for each of the ${spatial.length} spatial axes`,
    [input],
  );
  return spatial.map((size, i) => {
    const [before, after] = pads[i]!;
    const reach = dilations[i]! * (window[i]! - 1) + 1;
    const out = Math.floor((size + before + after - reach) / strides[i]!) + 1;
    expect(out >= 1, "the window must fit into the padded input", [input]);
    return out;
  });
}

function windowAttributes(
  { strides, dilations, pads }: WindowAttributes,
): OnnxAttributes {
  return {
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: padsOf(pads) },
  };
}

/** The permutation that transposes each matrix of a batch. */
export function swapLastTwo(rank: number): number[] {
  return [...Array(rank - 2).keys(), rank - 1, rank - 2];
}

const matMul: OpRule<"MatMul"> = {
  infer(inputs, { transposeA, transposeB }) {
    expectInputs(inputs, ["float32", "float32"]);
    const [a, b] = inputs as [TensorType, TensorType];
    expect(
      a.shape.length >= 2 && b.shape.length >= 2,
      "both inputs must be matrices or batches of them",
      inputs,
    );
    const [m, ka] = transposeA
      ? [a.shape.at(-1)!, a.shape.at(-2)!]
      : [a.shape.at(-2)!, a.shape.at(-1)!];
    const [kb, n] = transposeB
      ? [b.shape.at(-1)!, b.shape.at(-2)!]
      : [b.shape.at(-2)!, b.shape.at(-1)!];
    expect(ka === kb, `inner sizes must agree (${ka}, ${kb})`, inputs);
    const batch = broadcast([
      { dtype: "float32", shape: a.shape.slice(0, -2) },
      { dtype: "float32", shape: b.shape.slice(0, -2) },
    ]);
    return { dtype: "float32", shape: [...batch, m, n] };
  },
  emit(node, onnx) {
    const { transposeA, transposeB } = node.attributes;
    const [a, b] = node.inputs as [Node, Node];
    const rank = node.type.shape.length;
    if (rank === 2 && (transposeA || transposeB)) {
      // Gemm is the one form that every provider runs without a copy.
      return onnx.result(node, "Gemm", [a, b], {
        transA: { int: Number(transposeA) },
        transB: { int: Number(transposeB) },
      });
    }
    const side = (input: Node, transpose: boolean): OnnxInput =>
      transpose
        ? onnx.write("Transpose", [input], {
          perm: { ints: swapLastTwo(input.type.shape.length) },
        })
        : input;
    onnx.result(node, "MatMul", [side(a, transposeA), side(b, transposeB)]);
  },
};

const conv: OpRule<"Conv"> = {
  infer(inputs, attributes) {
    expectInputs(inputs, ["float32", "float32"]);
    const [x, filter] = inputs as [TensorType, TensorType];
    expect(
      x.shape.length >= 3 && x.shape.length === filter.shape.length &&
        x.shape[1] === filter.shape[1]! * attributes.groups &&
        filter.shape[0]! % attributes.groups === 0,
      `input [N,C,...] and filter [K,C/groups,...] must agree (groups ${attributes.groups})`,
      inputs,
    );
    const places = slide(x, filter.shape.slice(2), attributes);
    const shape = [x.shape[0]!, filter.shape[0]!, ...places];
    return { dtype: "float32", shape };
  },
  emit(node, onnx) {
    onnx.result(node, "Conv", node.inputs, {
      ...windowAttributes(node.attributes),
      group: { int: node.attributes.groups },
    });
  },
};

function pooling<O extends "AveragePool" | "MaxPool">(
  operator: O,
): OpRule<"AveragePool" | "MaxPool"> {
  return {
    infer(inputs, attributes) {
      expectInputs(inputs, ["float32"]);
      const x = inputs[0]!;
      const places = slide(x, attributes.window, attributes);
      return { dtype: "float32", shape: [...x.shape.slice(0, 2), ...places] };
    },
    emit(node, onnx) {
      const { dilations, ...window } = windowAttributes(node.attributes);
      onnx.result(node, operator, node.inputs, {
        ...window,
        ...(operator === "MaxPool" ? { dilations: dilations! } : {}),
        kernel_shape: { ints: node.attributes.window },
      });
    },
  };
}

/** Rules of matrix products, convolutions, pooling and normalisations. */
export const LINEAR_RULES = {
  MatMul: matMul,
  Conv: conv,
  AveragePool: pooling("AveragePool") as OpRule<"AveragePool">,
  MaxPool: pooling("MaxPool") as OpRule<"MaxPool">,
  Softmax: sameInOnnx<"Softmax">((inputs) => {
    expectInputs(inputs, ["float32"]);
    return inputs[0]!;
  }, (node) => ({ axis: { int: node.attributes.axis } })),
  LayerNormalization: sameInOnnx<"LayerNormalization">((inputs) => {
    expectInputs(inputs, ["float32", "float32", "float32"]);
    return inputs[0]!;
  }, (node) => ({
    axis: { int: -1 },
    epsilon: { float: node.attributes.epsilon },
  })),
};
