import * as tf from "@tensorflow/tfjs-core";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  type AppearanceParameters,
  appearancePath,
  type MotionParameters,
  motionPath,
} from "./network.ts";

/** Frames with their classes of object and colour. */
export interface AppearanceBatch {
  /** `[B,N,S,S,3]` in [0,1]. */
  readonly pictures: tf.Tensor;
  /**
   * `[B,K]` for each task: each row sums to 1, or is all zeros where a picture
   * has no class.
   */
  readonly targets: Readonly<Record<"object" | "colour", tf.Tensor>>;
}

/** Clips with their classes of motion and camera. */
export interface MotionBatch {
  /** `[B,T,S,S,3]` in [0,1]. */
  readonly clips: tf.Tensor;
  /** As those of {@link AppearanceBatch}. */
  readonly targets: Readonly<Record<"motion" | "camera", tf.Tensor>>;
}

/** Cross-entropies in nats over the examples that have a class, and their sum. */
interface World3dLoss<T extends string> {
  readonly loss: tf.Tensor;
  readonly metrics: Record<T, tf.Tensor>;
}

/** The loss of the path of appearance. */
export function appearanceLoss(
  parameters: Tensors<AppearanceParameters>,
  { pictures, targets }: AppearanceBatch,
): World3dLoss<"object" | "colour"> {
  const { logits } = appearancePath(parameters, pictures);
  const object = crossEntropy(logits.object, targets.object);
  const colour = crossEntropy(logits.colour, targets.colour);
  return { loss: tf.add(object, colour), metrics: { object, colour } };
}

/** The loss of the path of motion. */
export function motionLoss(
  parameters: Tensors<MotionParameters>,
  { clips, targets }: MotionBatch,
): World3dLoss<"motion" | "camera"> {
  const { logits } = motionPath(parameters, clips);
  const motion = crossEntropy(logits.motion, targets.motion);
  const camera = crossEntropy(logits.camera, targets.camera);
  return { loss: tf.add(motion, camera), metrics: { motion, camera } };
}

/** `[B,K]` and `[B,K] -> []`: mean over the rows of targets that are not zero. */
function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  const rows = tf.maximum(tf.sum(targets), 1);
  const nats = tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits))));
  return tf.div(nats, rows);
}
