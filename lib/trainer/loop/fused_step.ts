import * as tf from "@tensorflow/tfjs-core";
import { isTensor } from "../../compiler/mod.ts";
import { leavesOf, sizeOf, treeFrom } from "../../core/mod.ts";
import { clippingScale } from "../optimiser/mod.ts";
import {
  clippedOrZero,
  groupState,
  typedLeaves,
  updateGroups,
} from "./layered_update.ts";
import {
  appliedUpdate,
  type BatchLoss,
  isAcceptable,
  stepWith,
  type TrainState,
  type TrainStep,
  type UpdateOptions,
  type UpdateOutputs,
  type UpdateScalars,
} from "./train_step.ts";

/**
 * A training step that updates a few layers as soon as the backward pass has
 * computed their gradients, and frees these before it computes the next ones
 * (fused backward pass; Lv et al. 2023, LOMO, arXiv 2306.09782, section 3.2).
 * `trainStep` keeps all gradients until their norm is known.
 *
 * Gradients of a group of layers are clipped by the norm of the last accepted
 * update, `scalars.previousNorm`, or by that of the gradients so far where it is
 * larger: those of later layers, of this group, and of the group before it. The
 * first update, without a norm before it, is thus clipped as well, and a sudden
 * large gradient by more than the norm before it.
 *
 * The guard is weaker than that of `trainStep`. A NaN loss changes nothing, bit
 * for bit. Where the norm so far is NaN or above the limit, this group and all
 * earlier layers are unchanged, bit for bit; later layers are updated already, by
 * gradients that were finite, clipped and within the limit. `applied` is then 0
 * and `updatedFraction` the part of the parameters that was updated.
 */
export function fusedStep<P, B, A>(
  lossOf: BatchLoss<P, B, A>,
  options: UpdateOptions,
): TrainStep<P, B, A> {
  return stepWith(lossOf, options, fusedUpdate);
}

function fusedUpdate<P>(
  { parameters, moments, averages }: TrainState<P>,
  gradients: P,
  loss: tf.Tensor,
  scalars: UpdateScalars<tf.Tensor>,
  options: UpdateOptions,
): { state: TrainState<P>; outputs: UpdateOutputs } {
  const leaves = new Map(leavesOf(gradients, isTensor));
  const groups = updateGroups(typedLeaves(parameters));
  const norms = normsFromLast(groups, leaves);
  // A gate waits for the gradients of the group before as well, whose backward
  // pass waits for that of this group: nothing then reads the parameters of this
  // group any more, and they are replaced in place.
  const gates = groups.map((paths, i) => {
    const norm = norms[Math.max(0, i - 1)]!;
    return { paths, norm, good: isAcceptable(norm, loss, scalars.normLimit) };
  });
  const total = sizeOfAll(leaves.keys(), leaves);
  // Made before the updates, from the first group to the last: the runtime begins
  // with the node that was made last, and so with the update of the last layers
  // (docs/compiler.md, "Memory").
  const outputs = {
    loss,
    gradientNorm: norms[0]!,
    applied: tf.cast(gates[0]!.good, "float32"),
    updatedFraction: tf.addN(
      gates.map(({ paths, good }) =>
        tf.mul(tf.cast(good, "float32"), sizeOfAll(paths, leaves) / total)
      ),
    ),
  };
  const parts = gates.map(({ paths, norm, good }) => {
    const scale = clippingScale(
      tf.maximum(norm, scalars.previousNorm!),
      options.clipNorm,
    );
    const clipped = paths.map((path) =>
      [path, clippedOrZero(leaves.get(path)!, scale, good)] as const
    );
    const part = groupState(
      { parameters, moments, averages: averages && { ...averages } },
      paths,
    ) as unknown as TrainState<unknown>;
    const gate = tf.cast(good, "float32");
    return leavesOf(
      appliedUpdate(part, treeFrom(clipped), scalars, gate, options),
      isTensor,
    );
  });
  return {
    state: treeFrom(parts.flat()) as unknown as TrainState<P>,
    outputs,
  };
}

/** For each group the norm of its gradients and of those of all later groups. */
function normsFromLast(
  groups: readonly (readonly string[])[],
  gradients: ReadonlyMap<string, tf.Tensor>,
): tf.Tensor[] {
  let sum: tf.Tensor | undefined;
  return groups.toReversed().map((paths) => {
    const squares = paths.toReversed()
      .map((path) => tf.sum(tf.square(gradients.get(path)!)));
    sum = tf.addN(sum ? [sum, ...squares] : squares);
    return tf.sqrt(sum);
  }).reverse();
}

function sizeOfAll(
  paths: Iterable<string>,
  leaves: ReadonlyMap<string, tf.Tensor>,
): number {
  return [...paths]
    .reduce((sum, path) => sum + sizeOf(leaves.get(path)!.shape), 0);
}
