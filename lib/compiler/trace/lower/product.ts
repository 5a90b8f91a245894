import { backend_util } from "@tensorflow/tfjs-core";
import { sizeOf } from "../../../core/mod.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { type Lowering, type Lowerings, require } from "../kernel_call.ts";

/** A value and the letters that name its axes. */
interface Operand {
  readonly node: Node;
  readonly letters: readonly string[];
}

/** Sums over the axes whose letters are not kept. */
function sumTo(
  builder: GraphBuilder,
  { node, letters }: Operand,
  kept: (letter: string) => boolean,
): Operand {
  const axes = letters.flatMap((letter, axis) => kept(letter) ? [] : [axis]);
  return axes.length === 0
    ? { node, letters }
    : { node: builder.sum(node, axes), letters: letters.filter(kept) };
}

/** The value with its axes in another order. */
function inOrder(
  builder: GraphBuilder,
  { node, letters }: Operand,
  order: readonly string[],
): Node {
  return builder.transpose(node, order.map((x) => letters.indexOf(x)));
}

/**
 * The product of two operands as one batched matrix product: letters of both
 * and of the result are the batch, letters of both alone are summed over. Where
 * there are none to sum, the product is element by element.
 */
function product(
  builder: GraphBuilder,
  a: Operand,
  b: Operand,
  output: readonly string[],
): Operand {
  const sizes = new Map<string, number>();
  for (const { node, letters } of [a, b]) {
    letters.forEach((letter, i) => sizes.set(letter, node.type.shape[i]!));
  }
  const sizesOf = (letters: readonly string[]): number[] =>
    letters.map((letter) => sizes.get(letter)!);
  const count = (letters: readonly string[]): number =>
    sizeOf(sizesOf(letters));
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => output.includes(letter));
  const summed = shared.filter((letter) => !output.includes(letter));
  const left = a.letters.filter((letter) => !shared.includes(letter));
  const right = b.letters.filter((letter) => !shared.includes(letter));
  const letters = [...batch, ...left, ...right];
  const first = inOrder(builder, a, [...batch, ...left, ...summed]);
  if (summed.length === 0) {
    const second = inOrder(builder, b, [...batch, ...right]);
    const node = builder.mul(
      builder.reshape(first, [
        ...sizesOf([...batch, ...left]),
        ...right.map(() => 1),
      ]),
      builder.reshape(second, [
        ...sizesOf(batch),
        ...left.map(() => 1),
        ...sizesOf(right),
      ]),
    );
    return { node, letters };
  }
  const second = inOrder(builder, b, [...batch, ...summed, ...right]);
  const matrices = builder.matMul(
    builder.reshape(first, [...sizesOf(batch), count(left), count(summed)]),
    builder.reshape(second, [...sizesOf(batch), count(summed), count(right)]),
  );
  return { node: builder.reshape(matrices, sizesOf(letters)), letters };
}

const einsum: Lowering = (call) => {
  const { builder, inputs } = call;
  const equation = (call.attributes.equation as string).replaceAll(/\s/g, "");
  // TF.js's own checks: the number of operands, letters and sizes.
  const { allDims, idDims } = backend_util.decodeEinsumEquation(
    equation,
    inputs.length,
  );
  backend_util.checkEinsumDimSizes(
    allDims.length,
    idDims,
    inputs.map(({ type: { shape } }) => ({ shape }) as never),
  );
  const [terms, result] = equation.split("->") as [string, string];
  const output = [...result];
  require(
    call,
    new Set(output).size === output.length,
    `the result must name each axis once: current value is "${result}"`,
  );
  const operands = terms.split(",").map((term, i, all) =>
    sumTo(
      builder,
      { node: inputs[i]!, letters: [...term] },
      (letter) =>
        output.includes(letter) ||
        all.some((other, j) => j !== i && other.includes(letter)),
    )
  );
  const [a, b] = operands as [Operand, Operand?];
  return inOrder(builder, b ? product(builder, a, b, output) : a, output);
};

/** Lowerings of matrix products and Einstein's sums. */
export const PRODUCTS: Lowerings = {
  BatchMatMul: ({ builder, input, attributes }) =>
    builder.matMul(
      input("a"),
      input("b"),
      attributes.transposeA ?? false,
      attributes.transposeB ?? false,
    ),
  Einsum: einsum,
};
