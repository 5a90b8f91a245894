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
  const { add, div, greater, less, mul, sub, where } = builder;
  const zero = builder.fill(0, "int32");
  const rest = sub(a, mul(div(a, b), b));
  const moved = add(rest, b);
  return where(
    greater(b, zero),
    where(less(rest, zero), moved, rest),
    where(greater(rest, zero), moved, rest),
  );
}

/** `2^12 + 1`: splits a float of 24 digits into halves whose products are exact. */
const SPLITTER = 4097;

/** Two floats of half the digits whose sum is x (Veltkamp 1968). */
function halvesOf(
  { like, mul, sub }: GraphBuilder,
  x: Node,
): [high: Node, low: Node] {
  const scaled = mul(x, like(x, SPLITTER));
  const high = sub(scaled, sub(scaled, x));
  return [high, sub(x, high)];
}

/** `a - b * c`, where it is small against a, without the rounding of the product. */
function minusProduct(builder: GraphBuilder, a: Node, b: Node, c: Node): Node {
  let rest = a;
  for (const half of halvesOf(builder, b)) {
    for (const other of halvesOf(builder, c)) {
      rest = builder.sub(rest, builder.mul(half, other));
    }
  }
  return rest;
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
  const { abs, add, div, equal, floor, less, like, sub, where } = builder;
  const zero = like(a, 0);
  const step = abs(b);
  const size = abs(a);
  const quotient = floor(div(size, step));
  const rest = minusProduct(builder, size, quotient, step);
  // The quotient may have been rounded up to the next whole number.
  const mended = where(less(rest, zero), add(rest, step), rest);
  const positive = where(
    equal(step, like(step, Infinity)),
    // NaN for an infinite or NaN dividend, else the dividend.
    add(size, sub(size, size)),
    mended,
  );
  return where(less(a, zero), builder.op("Neg", [positive], {}), positive);
}
