import * as tf from "@tensorflow/tfjs-core";
import type { Tensors } from "../../models/layers/mod.ts";
import { type World3dConfig, WORLD_TASKS, type WorldTask } from "./config.ts";
import { world3d, type World3dParameters, world3dStills } from "./network.ts";

/** What the network is trained on in one step. */
export interface World3dBatch {
  /** `[B,T,S,S,3]` in [0,1]. */
  readonly clips: tf.Tensor;
  /** Frames to look at closely, `[N]` int32. */
  readonly stills: tf.Tensor;
  /**
   * The answers, `[B,K]` for each task: each row sums to 1, or is all zeros
   * where a clip has no answer to it.
   */
  readonly targets: Readonly<Record<WorldTask, tf.Tensor>>;
}

/** Cross-entropy of each task in nats, over the clips that have an answer. */
export type World3dLosses = Record<WorldTask, tf.Tensor>;

/** The sum of the tasks' cross-entropies, and each by itself. */
export function world3dLoss(
  parameters: Tensors<World3dParameters>,
  { clips, stills, targets }: World3dBatch,
  config: World3dConfig,
): { readonly loss: tf.Tensor; readonly metrics: World3dLosses } {
  const { logits } = world3d(parameters, clips, config, stills);
  const metrics = Object.fromEntries(
    WORLD_TASKS.map((task) => [
      task,
      crossEntropy(logits[task], targets[task]),
    ]),
  ) as World3dLosses;
  const loss = tf.addN(Object.values(metrics));
  return { loss, metrics };
}

/** Pictures, for what can be told without movement. */
export interface World3dStillsBatch {
  /** `[B,N,S,S,3]` in [0,1]. */
  readonly pictures: tf.Tensor;
  /** As those of {@link World3dBatch}. */
  readonly targets: Readonly<Record<"object" | "colour", tf.Tensor>>;
}

/** The cross-entropies of object and colour by pictures alone, and their sum. */
export function world3dStillsLoss(
  parameters: Tensors<World3dParameters>,
  { pictures, targets }: World3dStillsBatch,
): {
  readonly loss: tf.Tensor;
  readonly metrics: Record<"object" | "colour", tf.Tensor>;
} {
  const logits = world3dStills(parameters, pictures);
  const object = crossEntropy(logits.object, targets.object);
  const colour = crossEntropy(logits.colour, targets.colour);
  return { loss: tf.add(object, colour), metrics: { object, colour } };
}

/** `[B,K]` and `[B,K] -> []`: nats for each row of targets that is not zero. */
function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const answered = tf.maximum(tf.sum(targets), 1);
  const nats = tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits))));
  return tf.div(nats, answered);
}
