import onnxProto from "onnx-proto";

const { onnx } = onnxProto;

/** A node as it stands in a file. */
export interface DecodedNode {
  readonly operator: string;
  /** Names; empty where an input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes that are whole numbers or lists of them. */
  readonly integers: Readonly<Record<string, readonly number[]>>;
}

/** The structure of a graph, without its weights. */
export interface DecodedGraph {
  /** In the order of the file. */
  readonly nodes: readonly DecodedNode[];
  /** Names of what goes in and comes out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Shapes of inputs, outputs and initializers, by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Values of the int64 initializers: shapes, axes, positions. */
  readonly int64: ReadonlyMap<string, readonly number[]>;
}

/** `onnx.TensorProto.DataType.INT64`. */
const INT64 = 7;

/**
 * Reads the structure of an `.onnx` file.
 */
export function decodeOnnx(bytes: Uint8Array): DecodedGraph {
  const graph = onnx.ModelProto.decode(bytes).graph!;
  const shapes = new Map<string, readonly number[]>();
  for (const { name, type } of [...graph.input!, ...graph.output!]) {
    const dims = type?.tensorType?.shape?.dim;
    if (dims) shapes.set(name!, dims.map(({ dimValue }) => Number(dimValue)));
  }
  const int64 = new Map<string, readonly number[]>();
  for (
    const { name, dims, dataType, rawData, int64Data } of graph.initializer!
  ) {
    shapes.set(name!, dims!.map(Number));
    if (dataType !== INT64) continue;
    const raw = rawData && rawData.length > 0
      ? new BigInt64Array(rawData.slice().buffer)
      : int64Data!;
    int64.set(name!, Array.from(raw as ArrayLike<unknown>, Number));
  }
  return {
    nodes: graph.node!.map(({ opType, input, output, attribute }) => ({
      operator: opType!,
      inputs: input!,
      outputs: output!,
      integers: Object.fromEntries(
        attribute!.map(({ name, i, ints }) => [
          name!,
          ints && ints.length > 0 ? ints.map(Number) : [Number(i)],
        ]),
      ),
    })),
    inputs: graph.input!.map(({ name }) => name!),
    outputs: graph.output!.map(({ name }) => name!),
    shapes,
    int64,
  };
}
