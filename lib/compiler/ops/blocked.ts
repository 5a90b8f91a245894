import type { Node, TensorType } from "../ir/graph.ts";
import { expect, expectInputs } from "./expect.ts";
import type { OnnxEmitter, OpRule } from "./rule.ts";

/**
 * The domain of ONNX Runtime's operators on blocked channels. The runtime puts
 * them into graphs by itself, but only where the filter is a constant, which it
 * never is in training; so they are written here. They know a blocked value by
 * the shape that it had before, `[N,C,H,W]`.
 */
const BLOCKED = "com.microsoft.nchwc";

/** Takes the elements in the same order for a value of another shape. */
function reshaped(
  onnx: OnnxEmitter,
  name: string,
  shape: readonly number[],
  output?: string,
): string {
  return onnx.write("Reshape", [name, onnx.int64(shape)], {}, output);
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
    const [n, a, b] = node.inputs[0]!.type.shape as [number, number, number];
    const planes = channelsLast ? [n, a, 1, b] : [n, a, b, 1];
    const image = reshaped(onnx, onnx.nameOf(node.inputs[0]!), planes);
    const blocked = onnx.write(
      "ReorderInput",
      [image],
      {
        channels_last: { int: Number(channelsLast) },
      },
      undefined,
      BLOCKED,
    );
    reshaped(onnx, blocked, node.type.shape, onnx.nameOf(node as Node));
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
    const image = reshaped(onnx, onnx.nameOf(node.inputs[0]!), [n, c, m, 1]);
    const flat = onnx.write(
      "ReorderOutput",
      [image],
      {
        channels: { int: c },
        channels_last: { int: 1 },
      },
      undefined,
      BLOCKED,
    );
    reshaped(onnx, flat, node.type.shape, onnx.nameOf(node as Node));
  },
};

/** `[N,C/b,...,b]` as `[N,C,...]`, which is what the runtime calls it. */
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
    const [n, , height, width, block] = x.shape as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [filters, , ...window] = filter.shape as [
      number,
      number,
      number,
      number,
    ];
    const places = [height, width].map((size, i) =>
      size + pads[i]![0] + pads[i]![1] - window[i]! + 1
    );
    expect(
      places.every((count) => count >= 1),
      "the window must fit into the padded input",
      inputs,
    );
    const shape = [n, filters, ...places, block];
    expect(
      added === undefined || added.shape.join() === shape.join(),
      `what is added must have the result's shape [${shape}]`,
      inputs,
    );
    return { dtype: "float32", shape };
  },
  emit(node, onnx) {
    const [x, filter, added] = node.inputs as [Node, Node, Node?];
    const [filters, channels, kh, kw, block] = filter.type.shape as [
      number,
      number,
      number,
      number,
      number,
    ];
    const { pads } = node.attributes;
    const result = onnx.write(
      "Conv",
      [
        reshaped(onnx, onnx.nameOf(x), nominal(x.type.shape)),
        reshaped(onnx, onnx.nameOf(filter), [
          filters * block,
          channels * block,
          kh,
          kw,
        ]),
        ...(added
          ? [
            "", // no bias
            reshaped(onnx, onnx.nameOf(added), nominal(added.type.shape)),
          ]
          : []),
      ],
      {
        kernel_shape: { ints: [kh, kw] },
        pads: {
          ints: [
            ...pads.map(([before]) => before),
            ...pads.map(([, after]) => after),
          ],
        },
        strides: { ints: [1, 1] },
        dilations: { ints: [1, 1] },
        group: { int: 1 },
      },
      undefined,
      BLOCKED,
    );
    reshaped(onnx, result, node.type.shape, onnx.nameOf(node as Node));
  },
};

/** Rules of what works on channels in blocks; the CPU of the runtime alone has them. */
export const BLOCKED_RULES = {
  BlockChannels: blockChannels,
  UnblockChannels: unblockChannels,
  BlockedConv: blockedConv,
};
