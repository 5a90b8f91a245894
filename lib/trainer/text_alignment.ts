import * as tf from "@tensorflow/tfjs-core";
import type { Tensors } from "../models/layers/mod.ts";
import type { PromptTokens } from "../models/text/mod.ts";

/** What the text encoder is aligned on in one step: two captions of each clip. */
export interface CaptionPairs {
  /** One caption of each of `B` clips. */
  readonly first: Tensors<PromptTokens>;
  /** Another, mostly in another language. */
  readonly second: Tensors<PromptTokens>;
  /**
   * `[B,B]`: 1 where the clips of row and column show the same, the diagonal
   * included, else 0.
   */
  readonly same: tf.Tensor;
}

/** What is told of a step, scalars. */
export interface AlignmentMetrics {
  /** Share of captions whose own clip's other caption is the nearest of all. */
  readonly accuracy: tf.Tensor;
}

/** Similarities are divided by it (Radford et al. 2021, arXiv 2103.00020). */
const TEMPERATURE = 0.07;
/** Added to the similarity of what must not count as different. */
const HIDDEN = -1e9;
/** Keeps the direction of nothing finite. */
const EPSILON = 1e-6;

/**
 * Brings captions of one clip together, whatever their languages, and those of
 * different clips apart: the contrastive loss of CLIP (Radford et al. 2021,
 * arXiv 2103.00020, figure 3) between two texts. All tokens of the encoder
 * count, so that each comes to say the same in every language.
 *
 * Other clips that happen to show the same are left out of the sums.
 *
 * @param tokens What the encoder makes of the first captions of `B` clips and
 *   then of the second ones, `[2B,K,O]`.
 * @param same See {@link CaptionPairs}.
 * @returns scalars
 */
export function alignmentOf(
  tokens: tf.Tensor,
  same: tf.Tensor,
): { loss: tf.Tensor } & AlignmentMetrics {
  const count = same.shape[0]!;
  const flat = tf.reshape(tokens, [2 * count, tokens.size / (2 * count)]);
  const [a, b] = tf.split(directionsOf(flat), 2) as [
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const own = tf.eye(count);
  const others = tf.mul(tf.sub(same, own), HIDDEN);
  const scores = tf.add(
    tf.mul(tf.matMul(a, b, false, true), 1 / TEMPERATURE),
    others,
  ); // [B,B]
  const ownScore = tf.sum(tf.mul(scores, own), 1);
  const missed = (axis: number): tf.Tensor =>
    tf.mean(tf.sub(tf.logSumExp(scores, axis), ownScore));
  const nearest = tf.greaterEqual(ownScore, tf.max(scores, 1));
  return {
    loss: tf.mul(tf.add(missed(1), missed(0)), 0.5),
    accuracy: tf.mean(tf.cast(nearest, "float32")),
  };
}

/**
 * How alike captions are that say different things: the mean of their squared
 * cosines. Its inverse is the number of directions that they take between them
 * (the participation ratio of their covariance), so that to lower it is to
 * spread them over more: without it a few hundred names lay in ten, told apart
 * by how far along, which a backbone learns to read far more slowly.
 *
 * @param rows What is read of the first captions of `B` clips and then of the
 *   second ones, `[2B,O]`.
 * @param same See {@link CaptionPairs}.
 * @returns a scalar in [0,1]
 */
export function decorrelationLoss(rows: tf.Tensor, same: tf.Tensor): tf.Tensor {
  const unit = directionsOf(rows) as tf.Tensor2D;
  const different = tf.tile(tf.sub(1, same), [2, 2]);
  const squares = tf.square(tf.matMul(unit, unit, false, true));
  return tf.div(
    tf.sum(tf.mul(squares, different)),
    tf.maximum(tf.sum(different), 1),
  );
}

/** Rows `[N,O]` of length 1. */
function directionsOf(rows: tf.Tensor): tf.Tensor {
  const length = tf.sqrt(tf.add(tf.sum(tf.square(rows), 1, true), EPSILON));
  return tf.div(rows, length);
}

/** Two batches of prompts as one. */
export function together(
  first: Tensors<PromptTokens>,
  second: Tensors<PromptTokens>,
): Omit<Tensors<PromptTokens>, "words" | "wordMask"> {
  const join = (name: keyof PromptTokens): tf.Tensor =>
    tf.concat([first[name], second[name]]);
  return {
    characters: join("characters"),
    pairs: join("pairs"),
    triples: join("triples"),
    terms: join("terms"),
    mask: join("mask"),
  };
}
