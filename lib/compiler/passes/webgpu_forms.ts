import type { GraphBuilder } from "../ir/builder.ts";
import type { Graph, Node, NodeOf } from "../ir/graph.ts";
import type { OpName } from "../ir/op_attributes.ts";
import { isInteger, truncatedRemainder, wholeRemainder } from "./remainder.ts";
import { rewrite } from "./rewrite.ts";

/** A replacement for a node; undefined keeps it. */
type Form<O extends OpName> = (
  inputs: readonly Node[],
  builder: GraphBuilder,
  node: NodeOf<O>,
) => Node | undefined;

/** From here on `asinh(x)` is `log(2x)` to the last digit, and its square overflows later. */
const LARGE = 1e9;

/** Moves bools as whole numbers: the provider moves numbers only. */
const asNumbers: Form<OpName> = (inputs, builder, node) => {
  if (node.type.dtype !== "bool") return undefined;
  const numbers = inputs.map((x) =>
    x.type.dtype === "bool" ? builder.cast(x, "int32") : x
  );
  const moved = builder.op(node.op, numbers, node.attributes);
  return builder.cast(moved, "bool");
};

/** One value below zero, another elsewhere, also for NaN. */
function unlessNegative(
  { less, like, where }: GraphBuilder,
  x: Node,
  below: Node,
  otherwise: Node,
): Node {
  return where(less(x, like(x, 0)), below, otherwise);
}

/** To the nearest whole number, halves to the even one. */
const round: Form<"Round"> = ([x], builder) => {
  const { add, and, equal, floor, less, like, mul, sub, where } = builder;
  const below = floor(x!);
  const above = add(below, like(below, 1));
  const rest = sub(x!, below);
  const half = like(rest, 0.5);
  const halved = mul(below, half);
  const even = equal(floor(halved), halved);
  return where(
    less(rest, half),
    below,
    where(and(even, equal(rest, half)), below, above),
  );
};

/** Negative numbers have a power only where the exponent is whole. */
const pow: Form<"Pow"> = ([base, exponent], builder, node) => {
  if (node.type.dtype !== "float32" || isInteger(exponent!)) return undefined;
  const { and, equal, floor, less, like, not, where } = builder;
  const whole = equal(floor(exponent!), exponent!);
  const none = and(less(base!, like(base!, 0)), not(whole));
  return where(
    none,
    like(base!, NaN),
    builder.elementwise("Pow", base!, exponent!),
  );
};

const asinh: Form<"Asinh"> = ([x], builder) => {
  const { abs, add, greater, like, where } = builder;
  const size = abs(x!);
  const large = add(builder.op("Log", [size], {}), like(size, Math.LN2));
  const result = where(
    greater(size, like(size, LARGE)),
    large,
    builder.op("Asinh", [size], {}),
  );
  const negative = builder.op("Neg", [result], {});
  return unlessNegative(builder, x!, negative, result);
};

/** Whole numbers from 0 up, along one axis of a rank. */
function counting(
  builder: GraphBuilder,
  size: number,
  axis: number,
  rank: number,
): Node {
  const shape = Array.from({ length: rank }, (_, i) => i === axis ? size : 1);
  return builder.indices([...Array(size).keys()], shape);
}

/** The provider slices floats only: whole numbers are gathered, axis by axis. */
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
    return builder.op("Gather", [taken, builder.indices(places)], { axis });
  }, numbers);
  return builder.cast(taken, type.dtype);
};

/** The first position of the extreme. */
const firstPlace =
  (op: "ReduceMax" | "ReduceMin"): Form<"ArgMax" | "ArgMin"> =>
  ([x], builder, { attributes: { axis } }) => {
    const { shape } = x!.type;
    const extreme = builder.op(op, [x!], { axes: [axis], keepDims: true });
    const places = builder.where(
      builder.equal(x!, extreme),
      counting(builder, shape[axis]!, axis, shape.length),
      builder.fill(shape[axis]! - 1, "int32"),
    );
    return builder.op("ReduceMin", [places], { axes: [axis], keepDims: false });
  };

/** Sorts by counting, for each element of the last axis, those that come before it. */
function pickLargest(
  builder: GraphBuilder,
  x: Node,
  k: number,
  values: Node,
): Node {
  const { add, and, equal, greater, less, like, where } = builder;
  const { shape } = x.type;
  const rank = shape.length + 1;
  const n = shape.at(-1)!;
  const batch = shape.slice(0, -1);
  const mine = builder.reshape(x, [...batch, n, 1]);
  const other = builder.reshape(x, [...batch, 1, n]);
  const tie = and(
    equal(other, mine),
    less(
      counting(builder, n, rank - 1, rank),
      counting(builder, n, rank - 2, rank),
    ),
  );
  const before = add(
    builder.cast(greater(other, mine), "int32"),
    builder.cast(tie, "int32"),
  );
  const places = builder.sum(before, [rank - 1]);
  const picked = where(
    equal(
      builder.reshape(places, [...batch, 1, n]),
      counting(builder, k, rank - 2, rank),
    ),
    values,
    like(values, 0),
  );
  return builder.sum(picked, [rank - 1]);
}

/**
 * The provider forgets the padding of a window of one cell. The padding goes
 * where the runtime does not move it back into the convolution: after it, or
 * before the slice of the cells that a stride visits.
 */
const conv: Form<"Conv"> = ([x, filter], builder, { attributes, type }) => {
  const { pads, strides } = attributes;
  const pointwise = filter!.type.shape.slice(2).every((size) => size === 1);
  if (!pointwise || pads.every(([a, b]) => a === 0 && b === 0)) {
    return undefined;
  }
  const around = [[0, 0] as const, [0, 0] as const, ...pads];
  const unpadded = (x: Node): Node =>
    builder.op("Conv", [x, filter!], {
      ...attributes,
      strides: strides.map(() => 1),
      pads: pads.map(() => [0, 0] as const),
    });
  if (strides.every((stride) => stride === 1)) {
    return builder.pad(unpadded(x!), around);
  }
  const visited = builder.op("Slice", [builder.pad(x!, around)], {
    begin: around.map(() => 0),
    size: [...x!.type.shape.slice(0, 2), ...type.shape.slice(2)],
    steps: [1, 1, ...strides],
  });
  return unpadded(visited);
};

/**
 * Forms for operations that the WebGPU provider of ONNX Runtime 1.30 lacks, or
 * computes differently for NaN and infinities. Each form gives the result of
 * the operation on the CPU.
 */
const FORMS: { readonly [O in OpName]?: Form<O> } = {
  Abs: ([x], builder, { type }) =>
    type.dtype === "float32" ? undefined : unlessNegative(
      builder,
      x!,
      builder.sub(builder.like(x!, 0), x!),
      x!,
    ),
  ArgMax: firstPlace("ReduceMax"),
  ArgMin: firstPlace("ReduceMin"),
  Asinh: asinh,
  Concat: asNumbers,
  Conv: conv,
  Equal: ([a, b], { cast, equal }) =>
    a!.type.dtype === "bool"
      ? equal(cast(a!, "int32"), cast(b!, "int32"))
      : undefined,
  Expand: asNumbers,
  Gather: asNumbers,
  IsInf: ([x], { abs, equal, like }) => equal(abs(x!), like(x!, Infinity)),
  IsNaN: ([x], { equal, not }) => not(equal(x!, x!)),
  // Shaders may give any number for the logarithm of a negative one.
  Log: ([x], builder) =>
    builder.where(
      builder.greaterOrEqual(x!, builder.like(x!, 0)),
      builder.op("Log", [x!], {}),
      builder.like(x!, NaN),
    ),
  Mod: ([a, b], builder, { type }) =>
    type.dtype === "int32"
      ? wholeRemainder(builder, a!, b!)
      : truncatedRemainder(builder, a!, b!),
  Or: ([a, b], { and, not }) => not(and(not(a!), not(b!))),
  Pow: pow,
  // The larger of NaN and 0 is 0 in a shader.
  Relu: ([x], builder) => unlessNegative(builder, x!, builder.like(x!, 0), x!),
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
  Xor: ([a, b], { cast, equal, not }) =>
    not(equal(cast(a!, "int32"), cast(b!, "int32"))),
};

/** Rewrites a graph so that every node of it runs on the WebGPU provider. */
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
