import type { GraphBuilder } from "../ir/builder.ts";
import type { Node } from "../ir/graph.ts";

/** Whether a value is known while tracing, and whole. */
export function isInteger(x: Node): boolean {
  const source = x.op === "Expand" ? x.inputs[0]! : x;
  return source.op === "Constant" &&
    source.attributes.values.every((value) => Number.isInteger(value));
}

/** `a mod b` of whole numbers, with the sign of the divisor, from a quotient towards zero. */
export function wholeRemainder(
  builder: GraphBuilder,
  a: Node,
  b: Node,
): Node {
  const zero = builder.fill(0, "int32");
  const quotient = builder.elementwise("Div", a, b);
  const rest = builder.elementwise(
    "Sub",
    a,
    builder.elementwise("Mul", quotient, b),
  );
  const moved = builder.elementwise("Add", rest, b);
  const where = (op: "Less" | "Greater"): Node =>
    builder.add(
      "Where",
      [builder.elementwise(op, rest, zero), moved, rest],
      {},
    );
  return builder.add("Where", [
    builder.elementwise("Greater", b, zero),
    where("Less"),
    where("Greater"),
  ], {});
}

/** `2^12 + 1`: splits a float of 24 digits into halves whose products are exact. */
const SPLITTER = 4097;

/** Two floats of half the digits whose sum is x (Veltkamp 1968). */
function halvesOf(builder: GraphBuilder, x: Node): [high: Node, low: Node] {
  const scaled = builder.elementwise(
    "Mul",
    x,
    builder.fill(SPLITTER, "float32"),
  );
  const high = builder.elementwise(
    "Sub",
    scaled,
    builder.elementwise("Sub", scaled, x),
  );
  return [high, builder.elementwise("Sub", x, high)];
}

/** `a - b * c`, where it is small against a, without the rounding of the product. */
function minusProduct(
  builder: GraphBuilder,
  a: Node,
  b: Node,
  c: Node,
): Node {
  const [high, low] = halvesOf(builder, b);
  return [high, low].reduce((rest, half) =>
    halvesOf(builder, c).reduce(
      (rest, other) =>
        builder.elementwise(
          "Sub",
          rest,
          builder.elementwise("Mul", half, other),
        ),
      rest,
    ), a);
}

/**
 * `a mod b` of floats, with the sign of the dividend. Right to the rounding of
 * `a`: quotients beyond 2^24 have no whole part that a float could hold.
 */
export function truncatedRemainder(
  builder: GraphBuilder,
  a: Node,
  b: Node,
): Node {
  const zero = builder.fill(0, "float32");
  const step = builder.add("Abs", [b], {});
  const size = builder.add("Abs", [a], {});
  const quotient = builder.add("Floor", [
    builder.elementwise("Div", size, step),
  ], {});
  const rest = minusProduct(builder, size, quotient, step);
  // The quotient may have been rounded up to the next whole number.
  const mended = builder.add("Where", [
    builder.elementwise("Less", rest, zero),
    builder.elementwise("Add", rest, step),
    rest,
  ], {});
  const positive = builder.add("Where", [
    builder.elementwise(
      "Equal",
      step,
      builder.fill(Infinity, "float32"),
    ),
    // What is not a number minus itself stays none.
    builder.elementwise("Add", size, builder.elementwise("Sub", size, size)),
    mended,
  ], {});
  return builder.add("Where", [
    builder.elementwise("Less", a, zero),
    builder.add("Neg", [positive], {}),
    positive,
  ], {});
}
