import * as tf from "@tensorflow/tfjs-core";
import { isTensor } from "../../compiler/mod.ts";
import { leavesOf, mapTree, sizeOf, treeFrom } from "../../core/mod.ts";
import {
  clippingScale,
  joinSmall,
  normOf,
  optimiserOf,
} from "../optimiser/mod.ts";
import {
  appliedUpdate,
  type GradientSums,
  isAcceptable,
  type TrainState,
  type UpdateOptions,
  type UpdateOutputs,
  type UpdateScalars,
} from "./train_step.ts";

/** A group has about this share of all parameters, or is one larger tensor. */
const GROUP_SHARE = 1 / 24;

/**
 * Paths of parameters in groups that are updated together: neighbours, about
 * 1/24 of all in each.
 *
 * @param leaves Paths and types of the parameters, in order.
 */
export function updateGroups(
  leaves: readonly (readonly [
    path: string,
    type: { readonly shape: readonly number[] },
  ])[],
): string[][] {
  const sizes = leaves.map(([path, { shape }]) =>
    [path, sizeOf(shape)] as const
  );
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  const groups: string[][] = [];
  let room = 0;
  for (const [path, size] of sizes) {
    if (size > room || groups.length === 0) {
      groups.push([]);
      room = total * GROUP_SHARE;
    }
    groups.at(-1)!.push(path);
    room -= size;
  }
  return groups;
}

/** The leaves of some paths in each tree of a state; a path may lack one. */
export function partOf(
  trees: Readonly<Record<string, unknown>>,
  paths: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(trees).map(([name, tree]) => [
      name,
      treeFrom(
        paths.flatMap((path) => {
          const leaf = path.split("/").reduce<unknown>(
            (node, key) => (node as Record<string, unknown> | undefined)?.[key],
            tree,
          );
          return leaf === undefined ? [] : [[path, leaf] as const];
        }),
      ),
    ]),
  );
}

/** The part of a state, and of its gradients, that an update of some paths takes. */
export function groupState(
  { parameters, moments, averages, gradients }: {
    readonly parameters: unknown;
    readonly moments: Readonly<Record<string, unknown>>;
    readonly averages?: Readonly<Record<string, unknown>> | undefined;
    readonly gradients?: unknown;
  },
  paths: readonly string[],
): Record<string, unknown> {
  return {
    ...partOf(
      { parameters, ...(gradients !== undefined && { gradients }) },
      paths,
    ),
    moments: partOf(moments, paths),
    ...(averages && { averages: partOf(averages, paths) }),
  };
}

/** A gradient as it is clipped, or zeros where gradients are refused. */
export function clippedOrZero(
  gradient: tf.Tensor,
  scale: tf.Tensor,
  good: tf.Tensor,
): tf.Tensor {
  return tf.where(good, tf.mul(gradient, scale), tf.zerosLike(gradient));
}

/** Inputs of the updates of groups. */
export interface GroupInputs {
  readonly scalars: UpdateScalars<tf.Tensor>;
  /** Factor that clips the gradients. */
  readonly scale: tf.Tensor;
  /** 1 to update, 0 to change nothing. */
  readonly gate: tf.Tensor;
}

/** The norm of summed gradients, and what follows from it, as a function to compile. */
export function normStep<P>({ clipNorm }: UpdateOptions): (
  state: GradientSums<P>,
  inputs: { readonly scalars: Pick<UpdateScalars<tf.Tensor>, "normLimit"> },
) => { outputs: UpdateOutputs & { readonly scale: tf.Tensor } } {
  return ({ gradients, loss }, { scalars }) => {
    const norm = normOf(gradients);
    const good = isAcceptable(norm, loss, scalars.normLimit);
    return {
      outputs: {
        loss: tf.clone(loss),
        gradientNorm: norm,
        applied: tf.cast(good, "float32"),
        scale: clippingScale(norm, clipNorm),
      },
    };
  };
}

/** The update of a group of parameters by summed gradients, as a function to compile. */
export function groupStep<P>(options: UpdateOptions): (
  state: TrainState<P> & Pick<GradientSums<P>, "gradients">,
  inputs: GroupInputs,
) => { state: TrainState<P>; outputs: Record<string, never> } {
  return (state, { scalars, scale, gate }) => {
    const good = tf.greater(gate, 0);
    const { trees, split } = joinSmall(
      state,
      optimiserOf(options.optimiser).elementRule,
    );
    const scaled = mapTree(
      trees.gradients,
      isTensor,
      (gradient) => clippedOrZero(gradient, scale, good),
    ) as P;
    return {
      state: split(appliedUpdate(trees, scaled, scalars, gate, options)),
      outputs: {},
    };
  };
}

/** Paths and types of the parameters of a tree. */
export function typedLeaves(
  parameters: unknown,
): [string, { readonly shape: readonly number[] }][] {
  type Shaped = { readonly shape: readonly number[] };
  return leavesOf(
    parameters,
    (node): node is Shaped =>
      typeof node === "object" && node !== null && "shape" in node,
  );
}
