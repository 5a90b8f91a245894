import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { Lowering, Lowerings } from "../kernel_call.ts";
import { isNegative, isZero } from "./scalar.ts";

/** TF.js divides whole numbers by zero to 0; the runtime would throw. */
function unlessZero(
  builder: GraphBuilder,
  b: Node,
  divide: (divisor: Node) => Node,
): Node {
  const { like, where } = builder;
  const zero = isZero(builder, b);
  const divisor = where(zero, like(b, 1), b);
  return where(zero, like(b, 0), divide(divisor));
}

/** The remainder with the sign of the divisor, as in TF.js. */
const mod: Lowering = ({ builder, input }) => {
  const [a, b] = [input("a"), input("b")];
  const remainder = (b: Node): Node => builder.elementwise("Mod", a, b);
  if (a.type.dtype === "int32") return unlessZero(builder, b, remainder);
  const rest = remainder(b);
  const sameSign = builder.equal(
    isNegative(builder, a),
    isNegative(builder, b),
  );
  const right = builder.op("Or", [sameSign, isZero(builder, rest)], {});
  return builder.where(right, rest, builder.add(rest, b));
};

/** Rounds towards minus infinity, to whole numbers; ONNX divides those towards zero. */
const floorDiv: Lowering = ({ builder, input }) => {
  const { div, floor, sub } = builder;
  const [a, b] = [input("a"), input("b")];
  if (a.type.dtype !== "int32") return builder.cast(floor(div(a, b)), "int32");
  return unlessZero(
    builder,
    b,
    (b) => div(sub(a, builder.elementwise("Mod", a, b)), b),
  );
};

/** Lowerings of quotients and remainders. */
export const DIVISION: Lowerings = {
  FloorDiv: floorDiv,
  Mod: mod,
  RealDiv: ({ builder, input }) => builder.div(input("a"), input("b")),
};
