import * as tf from "@tensorflow/tfjs-core";

/** A tensor and the letters that name its axes. */
type Operand = readonly [tensor: tf.Tensor, letters: string];

/**
 * Einstein's sum of one or two operands. TF.js needs axes on every operand, and
 * sums right only over letters of both: numbers are multiplied in apart, and
 * letters of one operand alone are summed first.
 */
function contract(operands: readonly Operand[], letters: string): tf.Tensor {
  const reduced = operands.map(([x, own], i): Operand => {
    const kept = [...own].filter((letter) =>
      letters.includes(letter) ||
      operands.some(([, other], j) => j !== i && other.includes(letter))
    );
    const axes = [...own].flatMap((letter, axis) =>
      kept.includes(letter) ? [] : [axis]
    );
    return [axes.length === 0 ? x : tf.sum(x, axes), kept.join("")];
  });
  const numbers = reduced.filter(([, own]) => own === "").map(([x]) => x);
  const others = reduced.filter(([, own]) => own !== "");
  return [...numbers, ...products(others, letters)]
    .reduce((product, factor) => tf.mul(product, factor));
}

/** The product of all operands with axes, if any. */
function products(operands: readonly Operand[], letters: string): tf.Tensor[] {
  const equation = operands.map(([, own]) => own).join() + "->" + letters;
  if (operands.length === 0) return [];
  return equation === `${letters}->${letters}`
    ? [operands[0]![0]]
    : [tf.einsum(equation, ...operands.map(([x]) => x))];
}

/**
 * The gradient of one operand is the sum of `dy` and the other operand over all
 * letters that it lacks; along letters of it alone, which were summed, it is
 * constant.
 */
const einsum: tf.GradConfig = {
  kernelName: tf.Einsum,
  saveAllInputs: true,
  gradFunc: (dy, saved, { equation }) => {
    const [terms, output] = (equation as string).replaceAll(/\s/g, "")
      .split("->") as [string, string];
    const operands = terms.split(",").map((letters, i) =>
      [(saved as tf.Tensor[])[i]!, letters] as const
    );
    return Object.fromEntries(operands.map(([x, letters], i) => [i, () => {
      const others = [
        [dy as tf.Tensor, output] as const,
        ...operands.filter((_, other) => other !== i),
      ];
      const known = [...letters].filter((letter) =>
        others.some(([, own]) => own.includes(letter))
      );
      const gradient = contract(others, known.join(""));
      const spread = x.shape.map((size, axis) =>
        known.includes(letters[axis]!) ? size : 1
      );
      return tf.broadcastTo(tf.reshape(gradient, spread), x.shape);
    }]));
  },
};

/** The gradient of Einstein's sums. */
export const EINSUM_GRADIENTS: readonly tf.GradConfig[] = [einsum];
