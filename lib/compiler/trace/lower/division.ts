import type { Node } from "../../ir/graph.ts";
import type { KernelCall, Lowering, Lowerings } from "../kernel_call.ts";
import { isNegative, isZero, like } from "./scalar.ts";

/** What whole numbers divided by zero give in TF.js is 0; the runtime would refuse. */
function unlessZero(
  call: KernelCall,
  b: Node,
  divide: (divisor: Node) => Node,
): Node {
  const zero = isZero(call, b);
  const divisor = call.builder.add("Where", [zero, like(call, b, 1), b], {});
  return call.builder.add(
    "Where",
    [zero, like(call, b, 0), divide(divisor)],
    {},
  );
}

/** The remainder with the sign of the divisor, as in TF.js. */
const mod: Lowering = (call) => {
  const { builder, input } = call;
  const a = input("a");
  const b = input("b");
  if (a.type.dtype === "int32") {
    return unlessZero(call, b, (b) => builder.elementwise("Mod", a, b));
  }
  const rest = builder.elementwise("Mod", a, b);
  const sameSign = builder.elementwise(
    "Equal",
    isNegative(call, a),
    isNegative(call, b),
  );
  return builder.add("Where", [
    builder.add("Or", [sameSign, isZero(call, rest)], {}),
    rest,
    builder.elementwise("Add", rest, b),
  ], {});
};

/** Rounds towards minus infinity, to whole numbers; ONNX divides those towards zero. */
const floorDiv: Lowering = (call) => {
  const { builder, input } = call;
  const a = input("a");
  const b = input("b");
  if (a.type.dtype !== "int32") {
    const quotient = builder.elementwise("Div", a, b);
    return builder.cast(builder.add("Floor", [quotient], {}), "int32");
  }
  return unlessZero(call, b, (b) => {
    const rest = builder.elementwise("Mod", a, b);
    return builder.elementwise("Div", builder.elementwise("Sub", a, rest), b);
  });
};

/** Lowerings of quotients and remainders. */
export const DIVISION: Lowerings = {
  FloorDiv: floorDiv,
  Mod: mod,
  RealDiv: ({ builder, input }) =>
    builder.elementwise("Div", input("a"), input("b")),
};
