import type { Node } from "../../ir/graph.ts";
import {
  type KernelCall,
  type Lowering,
  type Lowerings,
  require,
} from "../kernel_call.ts";
import { ACTIVATION } from "./activation.ts";
import { CONVOLUTION } from "./convolution.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { PRODUCTS } from "./product.ts";

/** Lowerings of fused activations, by the names of TF.js. */
const ACTIVATIONS: Lowerings = {
  elu: ACTIVATION.Elu!,
  leakyrelu: ACTIVATION.LeakyRelu!,
  linear: ELEMENTWISE.Identity!,
  prelu: ACTIVATION.Prelu!,
  relu: ELEMENTWISE.Relu!,
  relu6: ACTIVATION.Relu6!,
  sigmoid: ELEMENTWISE.Sigmoid!,
};

function activate(call: KernelCall, x: Node): Node {
  const { activation, leakyreluAlpha } = call.attributes;
  const lowering = ACTIVATIONS[activation];
  require(
    call,
    lowering !== undefined,
    `activation must be one of ${Object.keys(ACTIVATIONS).join(", ")}: ` +
      `current value is "${activation}"`,
  );
  return lowering({
    ...call,
    input: (name) => name === "x" ? x : call.input("preluActivationWeights"),
    attributes: { alpha: leakyreluAlpha },
  }) as Node;
}

/** A product, a bias and an activation: the runtime fuses what it can. */
const fused = (product: Lowering): Lowering => (call) => {
  const result = product(call) as Node;
  const biased = call.has("bias")
    ? call.builder.add(result, call.input("bias"))
    : result;
  return activate(call, biased);
};

const batchNorm: Lowering = ({ builder, input, has, attributes }) => {
  const { add, div, mul, sub } = builder;
  const variance = input("variance");
  const epsilon = builder.like(variance, attributes.varianceEpsilon);
  const std = builder.op("Sqrt", [add(variance, epsilon)], {});
  const normed = div(sub(input("x"), input("mean")), std);
  const scaled = has("scale") ? mul(normed, input("scale")) : normed;
  return has("offset") ? add(scaled, input("offset")) : scaled;
};

/** Lowerings of the kernels that do several things at once. */
export const FUSED: Lowerings = {
  FusedBatchNorm: batchNorm,
  FusedConv2D: fused(CONVOLUTION.Conv2D!),
  FusedDepthwiseConv2D: fused(CONVOLUTION.DepthwiseConv2dNative!),
  _FusedMatMul: fused(PRODUCTS.BatchMatMul!),
};
