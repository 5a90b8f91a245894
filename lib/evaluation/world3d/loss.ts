import * as tf from "@tensorflow/tfjs-core";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  type AppearanceParameters,
  lookAtMotion,
  lookAtStills,
  type MotionParameters,
} from "./network.ts";

/** Frames with the right answers to what is there. */
export interface AppearanceBatch {
  /** `[B,N,S,S,3]` in [0,1]. */
  readonly pictures: tf.Tensor;
  /**
   * The answers, `[B,K]` for each task: each row sums to 1, or is all zeros
   * where a picture has no answer to it.
   */
  readonly targets: Readonly<Record<"object" | "colour", tf.Tensor>>;
}

/** Clips with the right answers to how things move. */
export interface MotionBatch {
  /** `[B,T,S,S,3]` in [0,1]. */
  readonly clips: tf.Tensor;
  /** As those of {@link AppearanceBatch}. */
  readonly targets: Readonly<Record<"motion" | "camera", tf.Tensor>>;
}

/** Cross-entropies in nats over what has an answer, and their sum. */
export interface World3dLoss<T extends string> {
  readonly loss: tf.Tensor;
  readonly metrics: Record<T, tf.Tensor>;
}

/** The loss of the path of appearance. */
export function appearanceLoss(
  parameters: Tensors<AppearanceParameters>,
  { pictures, targets }: AppearanceBatch,
): World3dLoss<"object" | "colour"> {
  const { logits } = lookAtStills(parameters, pictures);
  const object = crossEntropy(logits.object, targets.object);
  const colour = crossEntropy(logits.colour, targets.colour);
  return { loss: tf.add(object, colour), metrics: { object, colour } };
}

/** The loss of the path of motion. */
export function motionLoss(
  parameters: Tensors<MotionParameters>,
  { clips, targets }: MotionBatch,
): World3dLoss<"motion" | "camera"> {
  const { logits } = lookAtMotion(parameters, clips);
  const motion = crossEntropy(logits.motion, targets.motion);
  const camera = crossEntropy(logits.camera, targets.camera);
  return { loss: tf.add(motion, camera), metrics: { motion, camera } };
}

/** `[B,K]` and `[B,K] -> []`: nats for each row of targets that is not zero. */
function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const answered = tf.maximum(tf.sum(targets), 1);
  const nats = tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits))));
  return tf.div(nats, answered);
}
