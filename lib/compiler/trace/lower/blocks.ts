import { backend_util } from "@tensorflow/tfjs-core";
import { sizeOf } from "../../../core/mod.ts";
import { type Lowering, type Lowerings, require } from "../kernel_call.ts";

const depthToSpace: Lowering = (call) => {
  const { builder, input, attributes } = call;
  require(
    call,
    attributes.dataFormat === "NHWC",
    `dataFormat must be "NHWC": current value is "${attributes.dataFormat}"`,
  );
  const x = input("x");
  const [n, h, w, c] = x.type.shape as [number, number, number, number];
  const block = attributes.blockSize as number;
  const depth = c / (block * block);
  const apart = builder.reshape(x, [n, h, w, block, block, depth]);
  const mixed = builder.transpose(apart, [0, 1, 3, 2, 4, 5]);
  return builder.reshape(mixed, [n, h * block, w * block, depth]);
};

const spaceToBatch: Lowering = ({ builder, input, attributes }) => {
  const x = input("x");
  const block = attributes.blockShape as number[];
  const pads = [
    [0, 0] as const,
    ...(attributes.paddings as [number, number][]),
    ...x.type.shape.slice(1 + block.length).map(() => [0, 0] as const),
  ];
  const padded = builder.pad(x, pads);
  const shape = [...padded.type.shape];
  const all = sizeOf(block);
  const apart = backend_util.getReshaped(shape, block, all, false);
  const order = backend_util.getPermuted(apart.length, block.length, false);
  const joined = backend_util.getReshapedPermuted(shape, block, all, false);
  return builder.reshape(
    builder.transpose(builder.reshape(padded, apart), order),
    joined,
  );
};

const batchToSpace: Lowering = ({ builder, input, attributes }) => {
  const x = input("x");
  const shape = [...x.type.shape];
  const block = attributes.blockShape as number[];
  const crops = attributes.crops as number[][];
  const all = sizeOf(block);
  const apart = backend_util.getReshaped(shape, block, all);
  const order = backend_util.getPermuted(apart.length, block.length);
  const joined = backend_util.getReshapedPermuted(shape, block, all);
  const mixed = builder.reshape(
    builder.transpose(builder.reshape(x, apart), order),
    joined,
  );
  const begin = backend_util.getSliceBeginCoords(crops, block.length);
  const size = backend_util.getSliceSize(joined, crops, block.length);
  return builder.slice(
    mixed,
    joined.map((_, axis) => begin[axis] ?? 0),
    [...size, ...joined.slice(1 + block.length)],
  );
};

/** Lowerings of the kernels that exchange one axis for blocks of others. */
export const BLOCKS: Lowerings = {
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  SpaceToBatchND: spaceToBatch,
};
