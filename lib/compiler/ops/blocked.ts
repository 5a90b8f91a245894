import type { Node, TensorType } from "../ir/graph.ts";
import { expect, expectInputs } from "./expect.ts";
import {
  type OnnxEmitter,
  type OnnxInput,
  type OpRule,
  padsOf,
} from "./rule.ts";

/**
 * The domain of ONNX Runtime's operators on blocked channels. The runtime puts
 * them into graphs by itself, but only where the filter is a constant, which it
 * never is in training; so they are written here. The runtime names a blocked
 * value by the shape that it had before, `[N,C,H,W]`.
 */
const BLOCKED = "com.microsoft.nchwc";

function reshaped(
  onnx: OnnxEmitter,
  x: OnnxInput,
  shape: readonly number[],
): string {
  return onnx.write("Reshape", [x, onnx.int64(shape)]);
}

function reshapedResult(
  node: Parameters<OnnxEmitter["result"]>[0],
  onnx: OnnxEmitter,
  x: string,
): void {
  onnx.result(node, "Reshape", [x, onnx.int64(node.type.shape)]);
}

const blockChannels: OpRule<"BlockChannels"> = {
  infer(inputs, { block, channelsLast }) {
    expectInputs(inputs, ["float32"]);
    const { shape } = inputs[0]!;
    expect(shape.length === 3, "the input must have three axes", inputs);
    const [n, c, m] = channelsLast
      ? [shape[0]!, shape[2]!, shape[1]!]
      : [shape[0]!, shape[1]!, shape[2]!];
    expect(
      c % block === 0,
      `channels must be a multiple of the block ${block}`,
      inputs,
    );
    return { dtype: "float32", shape: [n, c / block, m, block] };
  },
  emit(node, onnx) {
    const { channelsLast } = node.attributes;
    const [x] = node.inputs as [Node];
    const [n, a, b] = x.type.shape as [number, number, number];
    const image = reshaped(onnx, x, channelsLast ? [n, a, 1, b] : [n, a, b, 1]);
    const blocked = onnx.write("ReorderInput", [image], {
      channels_last: { int: Number(channelsLast) },
    }, BLOCKED);
    reshapedResult(node, onnx, blocked);
  },
};

const unblockChannels: OpRule<"UnblockChannels"> = {
  infer(inputs) {
    expectInputs(inputs, ["float32"]);
    const { shape } = inputs[0]!;
    expect(shape.length === 4, "the input must have four axes", inputs);
    const [n, blocks, m, block] = shape as [number, number, number, number];
    return { dtype: "float32", shape: [n, m, blocks * block] };
  },
  emit(node, onnx) {
    const [n, m, c] = node.type.shape as [number, number, number];
    const image = reshaped(onnx, node.inputs[0]!, [n, c, m, 1]);
    const flat = onnx.write("ReorderOutput", [image], {
      channels: { int: c },
      channels_last: { int: 1 },
    }, BLOCKED);
    reshapedResult(node, onnx, flat);
  },
};

/** The runtime's name for a blocked shape: `[N,C/b,...,b]` as `[N,C,...]`. */
function nominal([n, blocks, ...rest]: readonly number[]): number[] {
  return [n!, blocks! * rest.at(-1)!, ...rest.slice(0, -1)];
}

const blockedConv: OpRule<"BlockedConv"> = {
  infer(inputs, { pads }) {
    expectInputs(inputs, inputs.map(() => "float32"));
    const [x, filter, added] = inputs as [
      TensorType,
      TensorType,
      TensorType?,
    ];
    expect(
      x.shape.length === 5 && filter.shape.length === 6 &&
        x.shape[1] === filter.shape[1] && x.shape[4] === filter.shape[4] &&
        filter.shape[4] === filter.shape[5],
      "input [N,C/b,H,W,b] and filter [K/b,C/b,kh,kw,b,b] must agree",
      inputs,
    );
    const [n, , ...image] = x.shape;
    const [filters, , ...window] = filter.shape;
    const block = image.pop()!;
    const places = image.map((size, i) =>
      size + pads[i]![0] + pads[i]![1] - window[i]! + 1
    );
    expect(
      places.every((count) => count >= 1),
      "the window must fit into the padded input",
      inputs,
    );
    const shape = [n!, filters!, ...places, block];
    expect(
      added === undefined || added.shape.join() === shape.join(),
      `the added input must have the result's shape [${shape}]`,
      inputs,
    );
    return { dtype: "float32", shape };
  },
  emit(node, onnx) {
    const [x, filter, added] = node.inputs as [Node, Node, Node?];
    const [filters, channels, kh, kw, block] = filter.type
      .shape as [number, number, number, number, number];
    const flat = [filters * block, channels * block, kh, kw];
    const inputs = [
      reshaped(onnx, x, nominal(x.type.shape)),
      reshaped(onnx, filter, flat),
    ];
    if (added) {
      inputs.push(""); // no bias
      inputs.push(reshaped(onnx, added, nominal(added.type.shape)));
    }
    const result = onnx.write("Conv", inputs, {
      kernel_shape: { ints: [kh, kw] },
      pads: { ints: padsOf(node.attributes.pads) },
      strides: { ints: [1, 1] },
      dilations: { ints: [1, 1] },
      group: { int: 1 },
    }, BLOCKED);
    reshapedResult(node, onnx, result);
  },
};

/** Rules of the operations on blocked channels, for the runtime's CPU provider alone. */
export const BLOCKED_RULES = {
  BlockChannels: blockChannels,
  UnblockChannels: unblockChannels,
  BlockedConv: blockedConv,
};
