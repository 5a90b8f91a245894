import type { DType } from "../../core/mod.ts";
import type { DecodedGraph, DecodedNode } from "../../formats/onnx/mod.ts";
import type { Graph } from "../ir/graph.ts";
import { INSIDE } from "../onnx/emit.ts";

/** The type of a value between the nodes of an ONNX graph. */
export interface ValueType {
  readonly dtype: DType | "int64";
  readonly shape: readonly number[];
}

type Shape = readonly number[];

/**
 * The types of the values inside an optimised graph, which the file lacks. Most
 * are values of the original graph, by name; the others follow from their nodes.
 */
export class TypesInside {
  readonly #types = new Map<string, ValueType>();
  readonly #optimised: DecodedGraph;

  constructor(optimised: DecodedGraph, graph: Graph) {
    this.#optimised = optimised;
    for (const { id, type } of graph.nodes) {
      this.#types.set(`${INSIDE}v${id}`, type);
    }
    for (const { name, node } of [...graph.inputs, ...graph.outputs]) {
      this.#types.set(name, node.type);
    }
  }

  /** The type of one result of a node; call it in the order of the nodes. */
  of(name: string, node: DecodedNode): ValueType {
    let type = this.#types.get(name);
    if (!type) {
      const first = this.#known(node.inputs[0]!);
      type = { dtype: first.dtype, shape: this.#shape(node, first.shape) };
      this.#types.set(name, type);
    }
    return type;
  }

  #known(name: string): ValueType {
    return this.#types.get(name) ??
      {
        dtype: "float32",
        shape: this.#optimised.shapes.get(name) ??
          this.#viewed(name) ?? [],
      };
  }

  /** The shape of a view of an argument, for which {@link of} was not called. */
  #viewed(name: string): Shape | undefined {
    const maker = this.#optimised.nodes.find(({ outputs }) =>
      outputs.includes(name)
    );
    return maker && this.of(name, maker).shape;
  }

  #int64(name: string | undefined): readonly number[] {
    return this.#optimised.int64.get(name ?? "") ?? [];
  }

  #shape(node: DecodedNode, first: Shape): Shape {
    const { operator, inputs, integers } = node;
    switch (operator) {
      case "Reshape":
        return this.#optimised.int64.get(inputs[1]!) ?? first;
      case "Unsqueeze":
        return this.#int64(inputs[1]).toSorted((a, b) => a - b)
          .reduce<Shape>((shape, axis) => shape.toSpliced(axis, 0, 1), first);
      case "Squeeze":
        return first.filter((_, axis) =>
          !this.#int64(inputs[1]).includes(axis)
        );
      case "Transpose":
        return integers.perm!.map((axis) => first[axis]!);
      case "Split": {
        const [axis = 0] = integers.axis ?? [];
        const parts = node.outputs.length;
        return first.with(axis, first.at(axis)! / parts);
      }
      case "ReorderInput": {
        if (integers.channels_last?.[0] !== 1) return first;
        const [n, h, w, c] = first as [number, number, number, number];
        return [n, c, h, w];
      }
      case "ReorderOutput": {
        const [n, c, h, w] = first as [number, number, number, number];
        return integers.channels_last?.[0] === 1 ? [n, h, w, c] : first;
      }
      case "Conv": {
        const [filters, , ...window] = this.#known(inputs[1]!).shape;
        const { pads, strides, dilations } = integers;
        const spatial = first.slice(2).map((size, i) => {
          const padded = size + (pads?.[i] ?? 0) +
            (pads?.[i + window.length] ?? 0);
          const reach = (dilations?.[i] ?? 1) * (window[i]! - 1) + 1;
          return Math.floor((padded - reach) / (strides?.[i] ?? 1)) + 1;
        });
        return [first[0]!, filters!, ...spatial];
      }
      default:
        return first;
    }
  }
}
