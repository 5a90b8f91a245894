import type { Node } from "../../ir/graph.ts";
import type { KernelCall, Lowering, Lowerings } from "../kernel_call.ts";
import {
  channelsFirst,
  channelsLast,
  padSpatial,
  placeTap,
  poolingWindow,
  sliceTap,
  spread,
  tapsOf,
  type Window,
} from "./window.ts";

/** Below every float that a window may hold. */
const LOWEST = -3.4028234663852886e38;

const pooling = (op: "AveragePool" | "MaxPool"): Lowering => (call) => {
  const { builder } = call;
  const x = call.input("x");
  const { size, strides, dilations, pads } = poolingWindow(call, x.type.shape);
  const pooled = builder.op(op, [channelsFirst(builder, x)], {
    window: size,
    strides,
    dilations,
    pads,
  });
  return channelsLast(builder, pooled);
};

/** Cells of the input in each position of the window, padding left out: `[1,...to,1]`. */
function countsOf(call: KernelCall, window: Window): Node {
  const counts = window.to.map((to, axis) =>
    Array.from({ length: to }, (_, place) => {
      const start = place * window.strides[axis]! - window.pads[axis]![0];
      const end = start + window.size[axis]!;
      return Math.min(end, window.from[axis]!) - Math.max(start, 0);
    })
  );
  const all = counts.reduce<number[]>(
    (products, axis) => products.flatMap((p) => axis.map((c) => p * c)),
    [1],
  );
  return call.builder.constant(new Float32Array(all), "float32", [
    1,
    ...window.to,
    1,
  ]);
}

const averageGradient: Lowering = (call) => {
  const { builder } = call;
  const x = call.input("input");
  const window = poolingWindow(call, x.type.shape);
  const share = builder.div(call.input("dy"), countsOf(call, window));
  const apart = spread(builder, share, window);
  return tapsOf(window)
    .map((tap) => placeTap(builder, apart, window, tap))
    .reduce(builder.add);
};

/** Of equal largest values in a window one takes the whole gradient: in 2-D the first, in 3-D the last. */
const maxGradient: Lowering = (call) => {
  const { builder } = call;
  const x = call.input("input");
  const y = call.input("output");
  const dy = call.input("dy");
  const window = poolingWindow(call, x.type.shape);
  const padded = padSpatial(builder, x, window, LOWEST);
  let free = builder.fill(1, "float32", y.type.shape);
  const taps = tapsOf(window);
  const inOrder = window.size.length === 3 ? taps.toReversed() : taps;
  const parts = inOrder.map((tap) => {
    const hit = builder.equal(sliceTap(builder, padded, window, tap), y);
    const taken = builder.mul(builder.cast(hit, "float32"), free);
    free = builder.sub(free, taken);
    const gradient = builder.mul(taken, dy);
    return placeTap(builder, spread(builder, gradient, window), window, tap);
  });
  return parts.reduce(builder.add);
};

/** Lowerings of average and max pooling and their gradients. */
export const POOLING: Lowerings = {
  AvgPool: pooling("AveragePool"),
  AvgPool3D: pooling("AveragePool"),
  AvgPoolGrad: averageGradient,
  AvgPool3DGrad: averageGradient,
  MaxPool: pooling("MaxPool"),
  MaxPool3D: pooling("MaxPool"),
  MaxPoolGrad: maxGradient,
  MaxPool3DGrad: maxGradient,
};
