import { util } from "@tensorflow/tfjs-core";
import type { Node } from "../../ir/graph.ts";
import type { KernelCall, Lowering, Lowerings } from "../kernel_call.ts";
import { numbersOf } from "./scalar.ts";

const cumSum: Lowering = (call) => {
  const { builder, attributes } = call;
  const x = numbersOf(call);
  const [axis = 0] = util.parseAxisParam(attributes.axis, [...x.type.shape]);
  const { exclusive, reverse } = attributes;
  return builder.op("CumSum", [x], { axis, exclusive, reverse });
};

/** Moves values `by` places along an axis (back, where negative) and fills up with ones. */
function delayed(
  { builder }: KernelCall,
  x: Node,
  axis: number,
  by: number,
): Node {
  const { shape } = x.type;
  const padded = builder.op("Pad", [x], {
    pads: shape.map((_, i) =>
      i !== axis ? [0, 0] : by > 0 ? [by, 0] : [0, -by]
    ),
    mode: "constant",
    value: 1,
  });
  const begin = shape.map((_, i) => i === axis ? Math.max(-by, 0) : 0);
  return builder.slice(padded, begin, shape);
}

/**
 * ONNX has no running product. Multiplying by the values 1, 2, 4, 8 ... places
 * before makes one in log2(length) steps (Hillis and Steele 1986, Data Parallel
 * Algorithms).
 */
const cumProd: Lowering = (call) => {
  const { builder, attributes } = call;
  const x = numbersOf(call);
  const [axis = 0] = util.parseAxisParam(attributes.axis, [...x.type.shape]);
  const back = attributes.reverse ? -1 : 1;
  let product = attributes.exclusive ? delayed(call, x, axis, back) : x;
  for (let reach = 1; reach < x.type.shape[axis]!; reach *= 2) {
    product = builder.mul(product, delayed(call, product, axis, back * reach));
  }
  return product;
};

/** Lowerings of running sums and products. */
export const CUMULATIVE: Lowerings = { Cumsum: cumSum, Cumprod: cumProd };
