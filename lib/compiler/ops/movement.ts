import { shapeText, sizeOf } from "../../core/mod.ts";
import type { Node, TensorType } from "../ir/graph.ts";
import { broadcast, expect, expectAxis, expectInputs } from "./expect.ts";
import { type OpRule, padsOf, sameInOnnx } from "./rule.ts";

/** The end, beyond any axis, of a slice that goes backwards to the start. */
const BEFORE_START = -(2 ** 31 - 1);

const slice: OpRule<"Slice"> = {
  infer(inputs, { begin, size, steps }) {
    expectInputs(inputs, ["any"]);
    const { dtype, shape } = inputs[0]!;
    expect(
      [begin, size, steps].every((list) => list.length === shape.length) &&
        shape.every((limit, i) => {
          const last = begin[i]! + (size[i]! - 1) * steps[i]!;
          return steps[i] !== 0 && size[i]! >= 0 &&
            (size[i] === 0 ||
              (begin[i]! >= 0 && begin[i]! < limit && last >= 0 &&
                last < limit));
        }),
      `slice begin ${shapeText(begin)} size ${shapeText(size)} steps ${
        shapeText(steps)
      } must lie inside`,
      inputs,
    );
    return { dtype, shape: size };
  },
  emit(node, onnx) {
    const { begin, size, steps } = node.attributes;
    const axes = node.type.shape.map((_, i) => i).filter((i) =>
      steps[i] !== 1 || size[i] !== node.inputs[0]!.type.shape[i]
    );
    const ends = axes.map((i) => {
      const end = begin[i]! + size[i]! * steps[i]!;
      return end < 0 ? BEFORE_START : end;
    });
    onnx.result(node, "Slice", [
      node.inputs[0]!,
      onnx.int64(axes.map((i) => begin[i]!)),
      onnx.int64(ends),
      onnx.int64(axes),
      onnx.int64(axes.map((i) => steps[i]!)),
    ]);
  },
};

const pad: OpRule<"Pad"> = {
  infer(inputs, { pads }) {
    expectInputs(inputs, ["number"]);
    const { dtype, shape } = inputs[0]!;
    expect(pads.length === shape.length, "pads must name each axis", inputs);
    return {
      dtype,
      shape: shape.map((size, i) => size + pads[i]![0] + pads[i]![1]),
    };
  },
  emit(node, onnx) {
    const { pads, mode, value } = node.attributes;
    const inputs = [node.inputs[0]!, onnx.int64(padsOf(pads))];
    if (value !== 0) inputs.push(onnx.scalar(value, node.type.dtype));
    onnx.result(node, "Pad", inputs, { mode: { text: mode } });
  },
};

const scatterAdd: OpRule<"ScatterAdd"> = {
  infer(inputs, { rows }) {
    expectInputs(inputs, ["float32", "int32"]);
    const [updates, indices] = inputs as [TensorType, TensorType];
    expect(
      indices.shape.length === 1 && updates.shape[0] === indices.shape[0],
      "updates [I,...] and indices [I] must agree",
      inputs,
    );
    return { dtype: "float32", shape: [rows, ...updates.shape.slice(1)] };
  },
  emit(node, onnx) {
    const [updates, indices] = node.inputs as [Node, Node];
    const zeros = onnx.write("Expand", [
      onnx.scalar(0, "float32"),
      onnx.int64(node.type.shape),
    ]);
    const positions = onnx.write("Cast", [
      onnx.write("Unsqueeze", [indices, onnx.int64([1])]),
    ], { to: { dtype: "int64" } });
    onnx.result(node, "ScatterND", [zeros, positions, updates], {
      reduction: { text: "add" },
    });
  },
};

const resize: OpRule<"Resize"> = {
  infer(inputs, { size }) {
    expectInputs(inputs, ["float32"]);
    const { dtype, shape } = inputs[0]!;
    expect(
      size.length === shape.length - 2,
      "size must name each spatial axis",
      inputs,
    );
    return { dtype, shape: [...shape.slice(0, 2), ...size] };
  },
  emit(node, onnx) {
    const { coordinates } = node.attributes;
    const size = onnx.int64(node.type.shape);
    onnx.result(node, "Resize", [node.inputs[0]!, "", "", size], {
      mode: { text: "linear" },
      coordinate_transformation_mode: { text: coordinates },
    });
  },
};

/** Rules of the operations that move values without changing them. */
export const MOVEMENT_RULES = {
  Input: {
    infer(): TensorType {
      throw new TypeError("An input's type is given, not inferred");
    },
    emit(): void {},
  } satisfies OpRule<"Input">,
  Constant: {
    infer(): TensorType {
      throw new TypeError("A constant's type is given, not inferred");
    },
    emit(node, onnx): void {
      onnx.constant(node);
    },
  } satisfies OpRule<"Constant">,
  Cast: sameInOnnx<"Cast">(
    (inputs, { to }) => {
      expectInputs(inputs, ["any"]);
      return { dtype: to, shape: inputs[0]!.shape };
    },
    (node) => ({ to: { dtype: node.attributes.to } }),
  ),
  Reshape: {
    infer(inputs, { shape }): TensorType {
      expectInputs(inputs, ["any"]);
      expect(
        sizeOf(shape) === sizeOf(inputs[0]!.shape),
        `reshape to ${shapeText(shape)} must keep the number of elements`,
        inputs,
      );
      return { dtype: inputs[0]!.dtype, shape };
    },
    emit(node, onnx): void {
      const { shape } = node.type;
      onnx.result(
        node,
        "Reshape",
        [node.inputs[0]!, onnx.int64(shape)],
        // Otherwise ONNX takes a size of 0 for "as it was".
        shape.includes(0) ? { allowzero: { int: 1 } } : {},
      );
    },
  } satisfies OpRule<"Reshape">,
  Transpose: sameInOnnx<"Transpose">(
    (inputs, { permutation }) => {
      expectInputs(inputs, ["any"]);
      const { dtype, shape } = inputs[0]!;
      expect(
        permutation.length === shape.length &&
          permutation.toSorted((a, b) => a - b).every((axis, i) => axis === i),
        `permutation ${shapeText(permutation)} must name each axis once`,
        inputs,
      );
      return { dtype, shape: permutation.map((axis) => shape[axis]!) };
    },
    (node) => ({ perm: { ints: node.attributes.permutation } }),
  ),
  Expand: {
    infer(inputs, { shape }): TensorType {
      expectInputs(inputs, ["any"]);
      const dtype = inputs[0]!.dtype;
      const result = broadcast([inputs[0]!, { dtype, shape }]);
      expect(
        result.length === shape.length &&
          result.every((s, i) => s === shape[i]),
        `must broadcast to ${shapeText(shape)}`,
        inputs,
      );
      return { dtype, shape };
    },
    emit(node, onnx): void {
      const shape = onnx.int64(node.type.shape);
      onnx.result(node, "Expand", [node.inputs[0]!, shape]);
    },
  } satisfies OpRule<"Expand">,
  Slice: slice,
  Pad: pad,
  Concat: sameInOnnx<"Concat">(
    (inputs, { axis }) => {
      const first = inputs[0]!;
      expectAxis(first, axis);
      expect(
        inputs.every(({ dtype, shape }) =>
          dtype === first.dtype && shape.length === first.shape.length &&
          shape.every((size, i) => i === axis || size === first.shape[i])
        ),
        `all but axis ${axis} must agree`,
        inputs,
      );
      const size = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
      return { dtype: first.dtype, shape: first.shape.with(axis, size) };
    },
    (node) => ({ axis: { int: node.attributes.axis } }),
  ),
  Tile: {
    infer(inputs, { repeats }): TensorType {
      expectInputs(inputs, ["any"]);
      const { dtype, shape } = inputs[0]!;
      expect(
        repeats.length === shape.length,
        "repeats must name each axis",
        inputs,
      );
      return { dtype, shape: shape.map((size, i) => size * repeats[i]!) };
    },
    emit(node, onnx): void {
      const repeats = onnx.int64(node.attributes.repeats);
      onnx.result(node, "Tile", [node.inputs[0]!, repeats]);
    },
  } satisfies OpRule<"Tile">,
  Gather: sameInOnnx<"Gather">(
    (inputs, { axis }) => {
      expectInputs(inputs, ["any", "int32"]);
      const [x, indices] = inputs as [TensorType, TensorType];
      expectAxis(x, axis);
      return {
        dtype: x.dtype,
        shape: x.shape.toSpliced(axis, 1, ...indices.shape),
      };
    },
    (node) => ({ axis: { int: node.attributes.axis } }),
  ),
  ScatterAdd: scatterAdd,
  Resize: resize,
};
