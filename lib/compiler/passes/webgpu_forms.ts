import { int32 } from "../../core/mod.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Graph, Node, NodeOf } from "../ir/graph.ts";
import type { OpName } from "../ir/op_attributes.ts";
import { isInteger, truncatedRemainder, wholeRemainder } from "./remainder.ts";
import { rewrite } from "./rewrite.ts";

/** What to put in the place of a node; undefined where it will do as it is. */
type Form<O extends OpName> = (
  inputs: readonly Node[],
  builder: GraphBuilder,
  node: NodeOf<O>,
) => Node | undefined;

/** `log(2)`. */
const LOG_2 = Math.LN2;
/** From here on `asinh(x)` is `log(2x)` to the last digit, and its square overflows later. */
const LARGE = 1e9;

/** Movement of truths, which the provider has for numbers only. */
const asNumbers: Form<OpName> = (inputs, builder, node) => {
  if (node.type.dtype !== "bool") return undefined;
  const numbers = inputs.map((x) =>
    x.type.dtype === "bool" ? builder.cast(x, "int32") : x
  );
  const moved = builder.add(node.op, numbers, node.attributes) as Node;
  return builder.cast(moved, "bool");
};

/** One value below zero, another elsewhere: where NaN stands too. */
function unlessNegative(
  builder: GraphBuilder,
  x: Node,
  below: Node,
  otherwise: Node,
): Node {
  const negative = builder.elementwise(
    "Less",
    x,
    builder.fill(0, x.type.dtype),
  );
  return builder.add("Where", [negative, below, otherwise], {});
}

/** To the nearest whole number, halves to the even one. */
const round: Form<"Round"> = ([x], builder) => {
  const below = builder.add("Floor", [x!], {});
  const above = builder.elementwise("Add", below, builder.fill(1, "float32"));
  const rest = builder.elementwise("Sub", x!, below);
  const half = builder.fill(0.5, "float32");
  const halved = builder.elementwise("Mul", below, half);
  const even = builder.elementwise(
    "Equal",
    builder.add("Floor", [halved], {}),
    halved,
  );
  return builder.add("Where", [
    builder.elementwise("Less", rest, half),
    below,
    builder.add("Where", [
      builder.add("And", [
        even,
        builder.elementwise("Equal", rest, half),
      ], {}),
      below,
      above,
    ], {}),
  ], {});
};

/** Negative numbers have a power only where the exponent is whole. */
const pow: Form<"Pow"> = ([base, exponent], builder, node) => {
  if (node.type.dtype !== "float32" || isInteger(exponent!)) return undefined;
  const whole = builder.elementwise(
    "Equal",
    builder.add("Floor", [exponent!], {}),
    exponent!,
  );
  const none = builder.add("And", [
    builder.elementwise("Less", base!, builder.fill(0, "float32")),
    builder.add("Not", [whole], {}),
  ], {});
  return builder.add("Where", [
    none,
    builder.fill(NaN, "float32"),
    builder.elementwise("Pow", base!, exponent!),
  ], {});
};

const asinh: Form<"Asinh"> = ([x], builder) => {
  const size = builder.add("Abs", [x!], {});
  const large = builder.elementwise(
    "Add",
    builder.add("Log", [size], {}),
    builder.fill(LOG_2, "float32"),
  );
  const result = builder.add("Where", [
    builder.elementwise("Greater", size, builder.fill(LARGE, "float32")),
    large,
    builder.add("Asinh", [size], {}),
  ], {});
  return unlessNegative(
    builder,
    x!,
    builder.add("Neg", [result], {}),
    result,
  );
};

/** Whole numbers from 0 up, along one axis of a rank. */
function counting(
  builder: GraphBuilder,
  size: number,
  axis: number,
  rank: number,
): Node {
  const { data } = int32([size], Array.from({ length: size }, (_, i) => i));
  const shape = Array.from({ length: rank }, (_, i) => i === axis ? size : 1);
  return builder.constant(data, "int32", shape);
}

/** The provider cuts floats only: whole numbers are gathered, axis by axis. */
const slice: Form<"Slice"> = ([x], builder, { attributes, type }) => {
  if (type.dtype === "float32") return undefined;
  const { begin, size, steps } = attributes;
  const numbers = builder.cast(x!, "int32");
  const taken = size.reduce<Node>((taken, count, axis) => {
    if (count === taken.type.shape[axis] && steps[axis] === 1) return taken;
    const places = Array.from(
      { length: count },
      (_, i) => begin[axis]! + i * steps[axis]!,
    );
    const indices = int32([count], places).data;
    return builder.add("Gather", [
      taken,
      builder.constant(indices, "int32", [count]),
    ], { axis });
  }, numbers);
  return builder.cast(taken, type.dtype);
};

/** The first place where the extreme stands. */
const firstPlace =
  (op: "ReduceMax" | "ReduceMin"): Form<"ArgMax" | "ArgMin"> =>
  ([x], builder, { attributes: { axis } }) => {
    const { shape } = x!.type;
    const extreme = builder.add(op, [x!], { axes: [axis], keepDims: true });
    const places = builder.add("Where", [
      builder.elementwise("Equal", x!, extreme as Node),
      counting(builder, shape[axis]!, axis, shape.length),
      builder.fill(shape[axis]! - 1, "int32"),
    ], {});
    return builder.add("ReduceMin", [places], {
      axes: [axis],
      keepDims: false,
    });
  };

/** Sorts by counting, for each element of the last axis, those that come before it. */
function pickLargest(
  builder: GraphBuilder,
  x: Node,
  k: number,
  values: Node,
): Node {
  const { shape } = x.type;
  const rank = shape.length + 1;
  const n = shape.at(-1)!;
  const batch = shape.slice(0, -1);
  const mine = builder.reshape(x, [...batch, n, 1]);
  const other = builder.reshape(x, [...batch, 1, n]);
  const tie = builder.add("And", [
    builder.elementwise("Equal", other, mine),
    builder.elementwise(
      "Less",
      counting(builder, n, rank - 1, rank),
      counting(builder, n, rank - 2, rank),
    ),
  ], {});
  const before = builder.elementwise(
    "Add",
    builder.cast(builder.elementwise("Greater", other, mine), "int32"),
    builder.cast(tie, "int32"),
  );
  const places = builder.add("ReduceSum", [before], {
    axes: [rank - 1],
    keepDims: false,
  });
  const picked = builder.add("Where", [
    builder.elementwise(
      "Equal",
      builder.reshape(places, [...batch, 1, n]),
      counting(builder, k, rank - 2, rank),
    ),
    values,
    builder.fill(0, values.type.dtype),
  ], {});
  return builder.add("ReduceSum", [picked], {
    axes: [rank - 1],
    keepDims: false,
  });
}

/**
 * The provider forgets the padding of a window of one cell. It is put where the
 * runtime does not move it back into the convolution: after it, or before the
 * choice of the cells that a stride visits.
 */
const conv: Form<"Conv"> = ([x, filter], builder, { attributes, type }) => {
  const { pads, strides } = attributes;
  const pointwise = filter!.type.shape.slice(2).every((size) => size === 1);
  if (!pointwise || pads.every(([a, b]) => a === 0 && b === 0)) {
    return undefined;
  }
  const around = [[0, 0] as const, [0, 0] as const, ...pads];
  const unpadded = (x: Node): Node =>
    builder.add("Conv", [x, filter!], {
      ...attributes,
      strides: strides.map(() => 1),
      pads: pads.map(() => [0, 0] as const),
    });
  if (strides.every((stride) => stride === 1)) {
    return builder.pad(unpadded(x!), around);
  }
  const visited = builder.add("Slice", [builder.pad(x!, around)], {
    begin: around.map(() => 0),
    size: [...x!.type.shape.slice(0, 2), ...type.shape.slice(2)],
    steps: [1, 1, ...strides],
  });
  return unpadded(visited);
};

/**
 * How to write what the WebGPU provider of ONNX Runtime 1.30 does not have, or
 * has with other results where there is no number. Each form gives what the
 * operation itself gives on the CPU.
 */
const FORMS: { readonly [O in OpName]?: Form<O> } = {
  Abs: ([x], builder, { type }) =>
    type.dtype === "float32" ? undefined : unlessNegative(
      builder,
      x!,
      builder.elementwise("Sub", builder.fill(0, "int32"), x!),
      x!,
    ),
  ArgMax: firstPlace("ReduceMax"),
  ArgMin: firstPlace("ReduceMin"),
  Asinh: asinh,
  Concat: asNumbers,
  Conv: conv,
  Equal: ([a, b], builder) =>
    a!.type.dtype !== "bool" ? undefined : builder.elementwise(
      "Equal",
      builder.cast(a!, "int32"),
      builder.cast(b!, "int32"),
    ),
  Expand: asNumbers,
  Gather: asNumbers,
  IsInf: ([x], builder) =>
    builder.elementwise(
      "Equal",
      builder.add("Abs", [x!], {}),
      builder.fill(Infinity, "float32"),
    ),
  IsNaN: ([x], builder) =>
    builder.add("Not", [builder.elementwise("Equal", x!, x!)], {}),
  // Shaders may give any number for the logarithm of what has none.
  Log: ([x], builder) =>
    builder.add("Where", [
      builder.elementwise("GreaterOrEqual", x!, builder.fill(0, "float32")),
      builder.add("Log", [x!], {}),
      builder.fill(NaN, "float32"),
    ], {}),
  Mod: ([a, b], builder, { type }) =>
    type.dtype === "int32"
      ? wholeRemainder(builder, a!, b!)
      : truncatedRemainder(builder, a!, b!),
  Or: ([a, b], builder) =>
    builder.add("Not", [
      builder.add("And", [
        builder.add("Not", [a!], {}),
        builder.add("Not", [b!], {}),
      ], {}),
    ], {}),
  Pow: pow,
  // The larger of NaN and 0 is 0 in a shader.
  Relu: ([x], builder, { type }) =>
    unlessNegative(builder, x!, builder.fill(0, type.dtype), x!),
  Round: round,
  Slice: slice,
  Tile: asNumbers,
  TopKIndices: ([x], builder, { attributes: { k } }) => {
    const { shape } = x!.type;
    const rank = shape.length + 1;
    const places = counting(builder, shape.at(-1)!, rank - 1, rank);
    return pickLargest(builder, x!, k, places);
  },
  TopKValues: ([x], builder, { attributes: { k }, type }) =>
    type.dtype === "float32" ? undefined : pickLargest(
      builder,
      x!,
      k,
      builder.reshape(x!, x!.type.shape.toSpliced(-1, 0, 1)),
    ),
  Transpose: asNumbers,
  Xor: ([a, b], builder) =>
    builder.add("Not", [
      builder.elementwise(
        "Equal",
        builder.cast(a!, "int32"),
        builder.cast(b!, "int32"),
      ),
    ], {}),
};

/** Writes a graph so that every node of it runs on the WebGPU provider. */
export function webgpuForms(graph: Graph): Graph {
  return rewrite(
    graph,
    (node, inputs, builder) =>
      (FORMS[node.op] as Form<OpName> | undefined)?.(
        inputs,
        builder,
        node as NodeOf<OpName>,
      ),
  );
}
