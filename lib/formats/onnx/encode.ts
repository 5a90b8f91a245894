import onnxProto from "onnx-proto";
import type {
  OnnxAttribute,
  OnnxDType,
  OnnxGraph,
  OnnxTensor,
  OnnxValue,
} from "./model.ts";

const { onnx } = onnxProto;

/** The operator set of the graphs: its reductions take axes as an input. */
const OPSET = 18;
/** The version of the file format of that time. */
const IR_VERSION = 8;

/** `onnx.TensorProto.DataType`. */
const DATA_TYPES: Readonly<Record<OnnxDType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** Encodes a graph as the bytes of an `.onnx` file. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  return encodeModel(graph, ({ bytes }) => ({ rawData: bytes }));
}

/** The fields of a tensor that hold its values or their place. */
type Content = Pick<
  ConstructorParameters<typeof onnx.TensorProto>[0] & object,
  "rawData" | "externalData" | "dataLocation"
>;

/** The place of a tensor's values in another file. */
interface ExternalData {
  /** The file's name, beside the model. */
  readonly location: string;
  readonly offset: number;
}

/** {@link encodeOnnx}, with the values of tensors in another file. */
export function encodeWithExternalData(
  graph: OnnxGraph,
  placeOf: (tensor: OnnxTensor) => ExternalData,
): Uint8Array<ArrayBuffer> {
  return encodeModel(graph, (tensor) => {
    const { location, offset } = placeOf(tensor);
    const fields = { location, offset, length: tensor.bytes.byteLength };
    return {
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: Object.entries(fields).map(([key, value]) => ({
        key,
        value: String(value),
      })),
    };
  });
}

function encodeModel(
  graph: OnnxGraph,
  contentOf: (tensor: OnnxTensor) => Content,
): Uint8Array<ArrayBuffer> {
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: "aiprod",
    opsetImport: [
      { domain: "", version: OPSET },
      ...domainsOf(graph).map((domain) => ({ domain, version: 1 })),
    ],
    metadataProps: Object.entries(graph.metadata ?? {})
      .map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name,
      node: graph.nodes.map((node) => ({
        opType: node.operator,
        ...(node.domain !== undefined && { domain: node.domain }),
        input: [...node.inputs],
        output: [...node.outputs],
        name: node.outputs[0]!,
        attribute: Object.entries(node.attributes).map(encodeAttribute),
      })),
      initializer: graph.initializers.map((tensor) => ({
        name: tensor.name,
        dataType: DATA_TYPES[tensor.dtype],
        dims: [...tensor.shape],
        ...contentOf(tensor),
      })),
      input: graph.inputs.map(encodeValue),
      output: graph.outputs.map(encodeValue),
    },
  });
  const bytes = onnx.ModelProto.encode(model).finish();
  return new Uint8Array(bytes);
}

/** The domains beside the standard's; all are in their first version. */
function domainsOf({ nodes }: OnnxGraph): string[] {
  return [...new Set(nodes.flatMap(({ domain }) => domain ?? []))];
}

function encodeAttribute(
  [name, attribute]: [string, OnnxAttribute],
): InstanceType<typeof onnx.AttributeProto> {
  const { AttributeType } = onnx.AttributeProto;
  const fields = "int" in attribute
    ? { type: AttributeType.INT, i: attribute.int }
    : "ints" in attribute
    ? { type: AttributeType.INTS, ints: [...attribute.ints] }
    : "float" in attribute
    ? { type: AttributeType.FLOAT, f: attribute.float }
    : "text" in attribute
    ? {
      type: AttributeType.STRING,
      s: new TextEncoder().encode(attribute.text),
    }
    : { type: AttributeType.INT, i: DATA_TYPES[attribute.dtype] };
  return onnx.AttributeProto.create({ name, ...fields });
}

function encodeValue(
  { name, dtype, shape }: OnnxValue,
): InstanceType<typeof onnx.ValueInfoProto> {
  return onnx.ValueInfoProto.create({
    name,
    type: {
      tensorType: {
        elemType: DATA_TYPES[dtype],
        ...(shape && {
          shape: { dim: shape.map((dimValue) => ({ dimValue })) },
        }),
      },
    },
  });
}
