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
import { MATMUL } from "./matmul.ts";

/** What TF.js calls the activations that it fuses. */
const ACTIVATIONS: Lowerings = {
  elu: ACTIVATION.Elu!,
  leakyrelu: ACTIVATION.LeakyRelu!,
  linear: ELEMENTWISE.Identity!,
  prelu: ACTIVATION.Prelu!,
  relu: ACTIVATION.Relu!,
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

/** A product, a bias added to it, and an activation of that: the runtime fuses what it can. */
const fused = (product: Lowering): Lowering => (call) => {
  const result = product(call) as Node;
  return activate(
    call,
    call.has("bias")
      ? call.builder.elementwise("Add", result, call.input("bias"))
      : result,
  );
};

const batchNorm: Lowering = (call) => {
  const { builder, input, attributes } = call;
  const deviation = builder.add("Sqrt", [
    builder.elementwise(
      "Add",
      input("variance"),
      builder.fill(attributes.varianceEpsilon, "float32"),
    ),
  ], {});
  const normed = builder.elementwise(
    "Div",
    builder.elementwise("Sub", input("x"), input("mean")),
    deviation,
  );
  const scaled = call.has("scale")
    ? builder.elementwise("Mul", normed, input("scale"))
    : normed;
  return call.has("offset")
    ? builder.elementwise("Add", scaled, input("offset"))
    : scaled;
};

/** Lowerings of the kernels that do several things at once. */
export const FUSED: Lowerings = {
  FusedBatchNorm: batchNorm,
  FusedConv2D: fused(CONVOLUTION.Conv2D!),
  FusedDepthwiseConv2D: fused(CONVOLUTION.DepthwiseConv2dNative!),
  _FusedMatMul: fused(MATMUL.BatchMatMul!),
};
