import {
  type DType,
  int32,
  sameShape,
  shapeText,
  sizeOf,
  zeros,
} from "../../core/mod.ts";
import { inferType } from "../ops/table.ts";
import type {
  Graph,
  Named,
  Node,
  NodeOf,
  TensorType,
  Values,
} from "./graph.ts";
import type {
  BinaryOp,
  ComparisonOp,
  OpAttributes,
  OpName,
} from "./op_attributes.ts";

/**
 * Makes the nodes of one graph and checks each.
 *
 * Gradients create dense constants of one value by the megabyte: those become
 * an expanded scalar here, and reshapes to the same shape vanish, so that a
 * graph is never large in the first place.
 */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #inputs: Named<NodeOf<"Input">>[] = [];

  /** Adds an operation; the type of its result is inferred. */
  op<O extends OpName>(
    op: O,
    inputs: readonly Node[],
    attributes: OpAttributes[O],
  ): Node {
    const type = inferType(op, inputs.map((input) => input.type), attributes);
    return this.#push(op, inputs, attributes, type) as Node;
  }

  readonly add = (a: Node, b: Node): Node => this.elementwise("Add", a, b);
  readonly sub = (a: Node, b: Node): Node => this.elementwise("Sub", a, b);
  readonly mul = (a: Node, b: Node): Node => this.elementwise("Mul", a, b);
  readonly div = (a: Node, b: Node): Node => this.elementwise("Div", a, b);
  readonly min = (a: Node, b: Node): Node => this.elementwise("Min", a, b);
  readonly max = (a: Node, b: Node): Node => this.elementwise("Max", a, b);
  readonly equal = (a: Node, b: Node): Node => this.elementwise("Equal", a, b);
  readonly less = (a: Node, b: Node): Node => this.elementwise("Less", a, b);
  readonly greater = (a: Node, b: Node): Node =>
    this.elementwise("Greater", a, b);
  readonly greaterOrEqual = (a: Node, b: Node): Node =>
    this.elementwise("GreaterOrEqual", a, b);
  readonly and = (a: Node, b: Node): Node => this.op("And", [a, b], {});
  readonly not = (x: Node): Node => this.op("Not", [x], {});
  readonly abs = (x: Node): Node => this.op("Abs", [x], {});
  readonly floor = (x: Node): Node => this.op("Floor", [x], {});
  readonly where = (condition: Node, then: Node, otherwise: Node): Node =>
    this.op("Where", [condition, then, otherwise], {});

  readonly cast = (x: Node, to: DType): Node =>
    x.type.dtype === to ? x : this.op("Cast", [x], { to });

  /** A product of matrices, or of batches of them; either side transposed first. */
  matMul(a: Node, b: Node, transposeA = false, transposeB = false): Node {
    return this.op("MatMul", [a, b], { transposeA, transposeB });
  }

  /** Sums over axes, ascending; they vanish unless kept. */
  sum(x: Node, axes: readonly number[], keepDims = false): Node {
    return this.op("ReduceSum", [x], { axes, keepDims });
  }

  /** Adds a node of another graph, with inputs of this one. */
  copy(node: Node, inputs: readonly Node[]): Node {
    if (node.op === "Input") {
      return this.input(node.attributes.name, node.type.dtype, node.type.shape);
    }
    if (node.op === "Constant") {
      const { dtype, shape } = node.type;
      return this.#dense(node.attributes.values, dtype, shape);
    }
    return this.op(node.op as OpName, inputs, node.attributes);
  }

  /** Adds an argument of the function. */
  input(name: string, dtype: DType, shape: readonly number[]): NodeOf<"Input"> {
    const node = this.#push("Input", [], { name }, { dtype, shape });
    this.#inputs.push({ name, node });
    return node;
  }

  /** Adds constant values; equal ones are stored once. */
  constant(values: Values, dtype: DType, shape: readonly number[]): Node {
    const first = values[0];
    if (values.length > 1 && values.every((value) => Object.is(value, first))) {
      return this.expand(this.#dense(values.slice(0, 1), dtype, []), shape);
    }
    return this.#dense(values, dtype, shape);
  }

  /** Adds one value, expanded to a shape. */
  fill(value: number, dtype: DType, shape: readonly number[] = []): Node {
    const single = zeros([], dtype).data;
    single[0] = value;
    return this.expand(this.#dense(single, dtype, []), shape);
  }

  /** One value in the element type of another node, such as `like(x, 0)`. */
  readonly like = (x: Node, value: number): Node =>
    this.fill(value, x.type.dtype);

  /** Adds constant int32 values: positions or indices; `[N]` unless shaped. */
  indices(
    values: readonly number[],
    shape: readonly number[] = [values.length],
  ): Node {
    return this.constant(int32(shape, values).data, "int32", shape);
  }

  /** Element-wise operation; expanded scalars stay scalars where the result is the same. */
  elementwise(op: BinaryOp | ComparisonOp, a: Node, b: Node): Node {
    const single = scalarOf(a, b);
    if (single !== a) return this.op(op, [single, b], {});
    return this.op(op, [a, scalarOf(b, a)], {});
  }

  /** {@link where}; expanded scalars stay scalars where the result is the same. */
  select(condition: Node, then: Node, otherwise: Node): Node {
    const one = scalarOf(condition, then, otherwise);
    const there = scalarOf(then, one, otherwise);
    const elsewhere = scalarOf(otherwise, one, there);
    return this.where(one, there, elsewhere);
  }

  reshape(x: Node, shape: readonly number[]): Node {
    if (sameShape(x.type.shape, shape)) return x;
    if (x.op === "Expand" && x.inputs[0]!.type.shape.length === 0) {
      return this.expand(x.inputs[0]!, shape);
    }
    return this.op("Reshape", [x], { shape: [...shape] });
  }

  transpose(x: Node, permutation: readonly number[]): Node {
    if (permutation.every((axis, i) => axis === i)) return x;
    return this.op("Transpose", [x], { permutation: [...permutation] });
  }

  expand(x: Node, shape: readonly number[]): Node {
    if (sameShape(x.type.shape, shape)) return x;
    return this.op("Expand", [x], { shape: [...shape] });
  }

  /** A slice with steps of one. */
  slice(x: Node, begin: readonly number[], size: readonly number[]): Node {
    if (sameShape(x.type.shape, size)) return x;
    return this.op("Slice", [x], { begin, size, steps: begin.map(() => 1) });
  }

  /** Zeros around the edges. */
  pad(x: Node, pads: readonly (readonly [number, number])[]): Node {
    if (pads.every(([before, after]) => before === 0 && after === 0)) return x;
    return this.op("Pad", [x], { pads, mode: "constant", value: 0 });
  }

  concat(parts: readonly Node[], axis: number): Node {
    return parts.length === 1 ? parts[0]! : this.op("Concat", parts, { axis });
  }

  /** The finished graph. */
  graph(outputs: readonly Named[]): Graph {
    return { inputs: this.#inputs, nodes: this.#nodes, outputs };
  }

  #dense(values: Values, dtype: DType, shape: readonly number[]): Node {
    if (values.length !== sizeOf(shape)) {
      throw new TypeError(
        `Cannot make a constant of shape ${shapeText(shape)}: it needs ` +
          `${sizeOf(shape)} values: current count is ${values.length}`,
      );
    }
    return this.#push("Constant", [], { values }, { dtype, shape }) as Node;
  }

  #push<O extends OpName>(
    op: O,
    inputs: readonly Node[],
    attributes: OpAttributes[O],
    type: TensorType,
  ): NodeOf<O> {
    const id = this.#nodes.length;
    const node: NodeOf<O> = { id, op, inputs, attributes, type };
    this.#nodes.push(node as Node);
    return node;
  }
}

/** The scalar inside an expansion, if the others alone give the result its shape. */
function scalarOf(x: Node, ...others: readonly Node[]): Node {
  if (x.op !== "Expand") return x;
  const source = x.inputs[0]!;
  const { shape } = x.type;
  const shapes = others.map(({ type }) => type.shape);
  const inside = source.type.shape.length === 0 &&
    shapes.some(({ length }) => shape.length <= length) &&
    shape.every((size, i) =>
      size === 1 ||
      shapes.some((other) => size === other[i + other.length - shape.length])
    );
  return inside ? source : x;
}
