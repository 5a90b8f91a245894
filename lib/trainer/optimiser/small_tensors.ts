import * as tf from "@tensorflow/tfjs-core";
import { isTensor } from "../../compiler/mod.ts";
import { leavesOf, treeFrom } from "../../core/mod.ts";

/** A tensor of fewer elements is small: 64 KB of float32. */
const SMALL = 16_384;

/** The rule by which an optimiser updates a parameter, if it does so element by element. */
export type ElementRule = (
  path: string,
  shape: readonly number[],
) => string | undefined;

/** Trees of an update, in the form of the parameters or with some of their leaves. */
export interface UpdateTrees {
  readonly parameters: unknown;
  readonly gradients?: unknown;
  /** Trees by name. */
  readonly moments: Readonly<Record<string, unknown>>;
  /** Trees by name. */
  readonly averages?: Readonly<Record<string, unknown>> | undefined;
}

/** Trees in which small tensors are joined. */
export interface JoinedTrees<T> {
  /** The trees, with one tensor in the place of those of each rule. */
  readonly trees: T;
  /** Gives each tensor back that is a part of a joined one. */
  split<S extends UpdateTrees>(trees: S): S;
}

/**
 * Joins small parameters that one rule updates element by element, and what
 * belongs to them: a model has hundreds, and each takes twenty operations of an
 * update that cost more to start than to compute. Results differ by rounding
 * alone: a global norm adds its squares in another order.
 *
 * A joined tensor is a vector `[n]`, or a matrix `[1,n]` of parameters of rank 2
 * and more. It lies below the path of its first part, so that settings by path
 * apply to it.
 *
 * @param trees Each has all parameters of a rule, or none.
 * @param ruleOf Default: none is joined.
 * @throws {TypeError} if a tree has some parameters of a rule alone
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import "lib/compiler/eager.ts";
 * import { joinSmall } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const parameters = { a: tf.tensor1d([1, 2]), b: tf.tensor1d([3]) };
 * const { trees, split } = joinSmall({ parameters, moments: {} }, () => "rule");
 * const { a } = trees.parameters as unknown as { a: { joined: tf.Tensor } };
 * assert.deepEqual([...a.joined.dataSync()], [1, 2, 3]);
 * assert.deepEqual([...split(trees).parameters.b.dataSync()], [3]);
 * ```
 */
export function joinSmall<T extends UpdateTrees>(
  trees: T,
  ruleOf: ElementRule = () => undefined,
): JoinedTrees<T> {
  const parameters = leavesOf(trees.parameters, isTensor);
  const small = parameters.flatMap(([path, { shape, size }]): Part[] => {
    const rule = size < SMALL ? ruleOf(path, shape) : undefined;
    return rule === undefined ? [] : [{ rule, path, shape, size }];
  });
  const joints = [
    ...Map.groupBy(small, ({ rule, shape }) => `${rule}, ${shape.length >= 2}`)
      .values(),
  ].filter((parts) => parts.length > 1);
  if (joints.length === 0) return { trees, split: (trees) => trees };
  const order = new Map(parameters.map(([path], i) => [path, i]));
  return {
    trees: mapTrees(trees, (tree) => joined(tree, joints)),
    split: (trees) => mapTrees(trees, (tree) => splitTree(tree, joints, order)),
  };
}

/** A tensor that becomes a part of a joined one. */
interface Part {
  readonly rule: string;
  readonly path: string;
  readonly shape: readonly number[];
  readonly size: number;
}

const pathOf = ([first]: readonly Part[]): string => `${first!.path}/joined`;

function joined(
  tree: unknown,
  joints: readonly (readonly Part[])[],
): unknown {
  const leaves = new Map(leavesOf(tree, isTensor));
  for (const parts of joints) {
    const tensors = parts.flatMap(({ path }) => leaves.get(path) ?? []);
    if (tensors.length === 0) continue;
    if (tensors.length < parts.length) {
      throw new TypeError(
        `Cannot join small tensors: a tree must have all parameters of a rule ` +
          `or none: it has ${tensors.length} of the ${parts.length} with ` +
          `"${parts[0]!.path}"`,
      );
    }
    for (const { path } of parts) leaves.delete(path);
    const flat = tensors.map((tensor) => tf.reshape(tensor, [-1]));
    const whole = tf.concat(flat);
    leaves.set(
      pathOf(parts),
      parts[0]!.shape.length >= 2 ? tf.reshape(whole, [1, -1]) : whole,
    );
  }
  return treeFrom([...leaves]);
}

function splitTree(
  tree: unknown,
  joints: readonly (readonly Part[])[],
  order: ReadonlyMap<string, number>,
): unknown {
  const leaves = new Map(leavesOf(tree, isTensor));
  for (const parts of joints) {
    const whole = leaves.get(pathOf(parts));
    if (!whole) continue;
    leaves.delete(pathOf(parts));
    const flat = tf.reshape(whole, [-1]);
    let begin = 0;
    for (const { path, shape, size } of parts) {
      leaves.set(path, tf.reshape(tf.slice(flat, [begin], [size]), [...shape]));
      begin += size;
    }
  }
  return treeFrom(
    [...leaves].sort(([a], [b]) => order.get(a)! - order.get(b)!),
  );
}

/** The same trees, each transformed. */
function mapTrees<T extends UpdateTrees>(
  trees: T,
  transform: (tree: unknown) => unknown,
): T {
  const { parameters, gradients, moments, averages } = trees;
  const each = (named: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(named).map(([name, tree]) => [name, transform(tree)]),
    );
  return {
    ...trees,
    parameters: transform(parameters),
    ...(gradients !== undefined && { gradients: transform(gradients) }),
    moments: each(moments),
    ...(averages && { averages: each(averages) }),
  };
}
