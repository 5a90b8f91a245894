import type { DType } from "../../core/mod.ts";
import { sameShape, shapeText, sizeOf, zeros } from "../../core/mod.ts";
import { inferType } from "../ops/table.ts";
import type { Graph, Named, Node, NodeOf, Values } from "./graph.ts";
import type {
  BinaryOp,
  ComparisonOp,
  OpAttributes,
  OpName,
} from "./op_attributes.ts";

/**
 * Makes the nodes of one graph, each checked when made.
 *
 * The few simplifications here are those that keep a graph from being large
 * in the first place: dense constants of one value, which gradients create by
 * the megabyte, become an expanded scalar; reshapes to the same shape vanish.
 */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #inputs: Named<NodeOf<"Input">>[] = [];

  /** Adds an operation; the type of its result is inferred. */
  add<O extends OpName>(
    op: O,
    inputs: readonly Node[],
    attributes: OpAttributes[O],
  ): NodeOf<O> {
    const type = inferType(op, inputs.map((input) => input.type), attributes);
    const node: NodeOf<O> = {
      id: this.#nodes.length,
      op,
      inputs,
      attributes,
      type,
    };
    this.#nodes.push(node as Node);
    return node;
  }

  /** Adds a node of another graph, with inputs of this one. */
  copy(node: Node, inputs: readonly Node[]): Node {
    if (node.op === "Input") {
      return this.input(node.attributes.name, node.type.dtype, node.type.shape);
    }
    if (node.op === "Constant") {
      return this.#dense(
        node.attributes.values,
        node.type.dtype,
        node.type.shape,
      );
    }
    return this.add(node.op, inputs, node.attributes as never) as Node;
  }

  /** Adds an argument of the function. */
  input(name: string, dtype: DType, shape: readonly number[]): NodeOf<"Input"> {
    const node: NodeOf<"Input"> = {
      id: this.#nodes.length,
      op: "Input",
      inputs: [],
      attributes: { name },
      type: { dtype, shape },
    };
    this.#nodes.push(node);
    this.#inputs.push({ name, node });
    return node;
  }

  /** Adds known values; those that are all the same take the room of one. */
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

  /** Element-wise operation; expanded scalars stay scalars where the result is the same. */
  elementwise(op: BinaryOp | ComparisonOp, a: Node, b: Node): Node {
    const single = scalarOf(a, b);
    if (single !== a) return this.add(op, [single, b], {}) as Node;
    return this.add(op, [a, scalarOf(b, a)], {}) as Node;
  }

  /**
   * One value where a condition holds, another elsewhere; expanded scalars stay
   * scalars where the result is the same.
   */
  select(condition: Node, then: Node, otherwise: Node): Node {
    const one = scalarOf(condition, then, otherwise);
    const there = scalarOf(then, one, otherwise);
    const elsewhere = scalarOf(otherwise, one, there);
    return this.add("Where", [one, there, elsewhere], {}) as Node;
  }

  reshape(x: Node, shape: readonly number[]): Node {
    if (sameShape(x.type.shape, shape)) return x;
    if (x.op === "Expand" && x.inputs[0]!.type.shape.length === 0) {
      return this.expand(x.inputs[0]!, shape);
    }
    return this.add("Reshape", [x], { shape: [...shape] });
  }

  transpose(x: Node, permutation: readonly number[]): Node {
    if (permutation.every((axis, i) => axis === i)) return x;
    return this.add("Transpose", [x], { permutation: [...permutation] });
  }

  expand(x: Node, shape: readonly number[]): Node {
    if (sameShape(x.type.shape, shape)) return x;
    return this.add("Expand", [x], { shape: [...shape] });
  }

  cast(x: Node, to: DType): Node {
    return x.type.dtype === to ? x : this.add("Cast", [x], { to });
  }

  /** A slice with steps of one. */
  slice(x: Node, begin: readonly number[], size: readonly number[]): Node {
    if (sameShape(x.type.shape, size)) return x;
    return this.add("Slice", [x], { begin, size, steps: begin.map(() => 1) });
  }

  /** Zeros around the edges. */
  pad(x: Node, pads: readonly (readonly [number, number])[]): Node {
    if (pads.every(([before, after]) => before === 0 && after === 0)) return x;
    return this.add("Pad", [x], { pads, mode: "constant", value: 0 });
  }

  concat(parts: readonly Node[], axis: number): Node {
    return parts.length === 1 ? parts[0]! : this.add("Concat", parts, { axis });
  }

  /** The finished graph. */
  graph(outputs: readonly Named[]): Graph {
    return { inputs: this.#inputs, nodes: this.#nodes, outputs };
  }

  #dense(
    values: Values,
    dtype: DType,
    shape: readonly number[],
  ): NodeOf<"Constant"> {
    if (values.length !== sizeOf(shape)) {
      throw new TypeError(
        `Cannot make a constant of shape ${shapeText(shape)}: it needs ` +
          `${sizeOf(shape)} values: current count is ${values.length}`,
      );
    }
    const node: NodeOf<"Constant"> = {
      id: this.#nodes.length,
      op: "Constant",
      inputs: [],
      attributes: { values },
      type: { dtype, shape },
    };
    this.#nodes.push(node);
    return node;
  }
}

/** The scalar inside an expansion, where the others alone give the result its shape. */
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
