import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../../compiler/mod.ts";
import type { Rng } from "../../core/mod.ts";
import {
  type BlockOptions,
  initLinear,
  layerNorm,
  linear,
  type LinearParameters,
  type Tensors,
} from "../../models/layers/mod.ts";
import {
  encodeText,
  type PromptTokens,
  type TextConfig,
  type TextParameters,
} from "../../models/text/mod.ts";

/** Temperature of the contrastive loss (Radford et al. 2021, arXiv 2103.00020). */
const TEMPERATURE = 0.07;
/** Masks a score. */
const MASKED = 1e9;
/** Avoids a division by zero. */
const EPSILON = 1e-6;
/** Captions in a tenth of the directions cost as much as a few wrong answers. */
const DECORRELATION_WEIGHT = 20;

/** The text encoder and the linear classifiers that are trained with it. */
export interface TextTrainingParameters {
  readonly text: TextParameters;
  /** One for each question, `[textWidth,answers]`. */
  readonly classifiers: Readonly<Record<string, LinearParameters>>;
}

/** A batch: two captions of each of `B` clips, and their labels. */
export interface LabelledPairs {
  /** One caption of each clip. */
  readonly first: Tensors<PromptTokens>;
  /** A second caption, mostly in another language. */
  readonly second: Tensors<PromptTokens>;
  /**
   * `[B,B]`: 1 where the clips of row and column have the same content, the
   * diagonal included, else 0.
   */
  readonly same: tf.Tensor;
  /** One-hot labels for each question, `[B,answers]`; zeros without a label. */
  readonly answers: Readonly<Record<string, tf.Tensor>>;
  /** 1 for pairs with labels, else 0, `[B]`; absent if all have them. */
  readonly labelled?: tf.Tensor;
}

/** Metrics of a step, scalars. */
export interface TextMetrics {
  /** Fraction of captions whose nearest other caption has the same clip. */
  readonly accuracy: tf.Tensor;
  /** Accuracy of the classifiers; absent without labels. */
  readonly classification?: tf.Tensor;
  /** See {@link decorrelationLoss}. */
  readonly decorrelation: tf.Tensor;
}

/**
 * A classifier for each question.
 *
 * @param answers Number of answers of each question.
 */
export function initClassifiers(
  rng: Rng,
  { outputWidth }: Pick<TextConfig, "outputWidth">,
  answers: Readonly<Record<string, number>>,
): TextTrainingParameters["classifiers"] {
  return Object.fromEntries(
    Object.entries(answers).map(([question, count]) => [
      question,
      initLinear(rng.fork(question), outputWidth, count, 0),
    ]),
  );
}

/**
 * The loss that trains a text encoder before it sees video: captions of one
 * clip align ({@link alignmentLoss}), and linear classifiers predict subject,
 * colour and motion from each caption (cross-entropy, summed over questions).
 *
 * Alignment alone separates clips by their subjects and leaves motion and
 * colour too close for a backbone. Both leave hundreds of names in few
 * directions, so captions of different content are decorrelated
 * ({@link decorrelationLoss}).
 *
 * Classifiers and decorrelation use the mean over normalised tokens, which is
 * how a backbone pools a prompt.
 */
export function textTrainingLoss(
  config: TextConfig,
  options: BlockOptions = {},
): (
  parameters: Tensors<TextTrainingParameters>,
  pairs: LabelledPairs,
) => Loss<TextMetrics> {
  return (
    { text, classifiers },
    { first, second, same, answers, labelled },
  ) => {
    const mean = meanOver(labelled && tf.concat([labelled, labelled]));
    const { tokens } = encodeText(
      text,
      concatenated(first, second),
      config,
      options,
    );
    const alignment = alignmentLoss(tokens, same);
    const pooled = tf.mean(layerNorm(tokens), 1); // [2B,O]
    const decorrelation = decorrelationLoss(pooled, same);
    const questions = Object.entries(answers).map(([question, answer]) => {
      const logits = linear(classifiers[question]!, pooled); // [2B,answers]
      const labels = tf.concat([answer, answer]);
      const right = tf.sum(tf.mul(logits, labels), 1);
      const others = tf.sub(logits, tf.mul(labels, MASKED));
      return {
        loss: mean(tf.sub(tf.logSumExp(logits, 1), right)),
        right: mean(
          tf.cast(tf.greater(right, tf.max(others, 1)), "float32"),
        ),
      };
    });
    const sum = (terms: tf.Tensor[]): tf.Tensor =>
      terms.reduce((a, b) => tf.add(a, b));
    return {
      loss: sum([
        alignment.loss,
        ...questions.map(({ loss }) => loss),
        tf.mul(decorrelation, DECORRELATION_WEIGHT),
      ]),
      metrics: {
        accuracy: alignment.accuracy,
        ...(questions.length > 0 && {
          classification: tf.div(
            sum(questions.map(({ right }) => right)),
            questions.length,
          ),
        }),
        decorrelation,
      },
    };
  };
}

/** The mean over rows `[N]`, or over those of weight 1 alone. */
function meanOver(
  weights: tf.Tensor | undefined,
): (rows: tf.Tensor) => tf.Tensor {
  if (!weights) return (rows) => tf.mean(rows);
  const count = tf.maximum(tf.sum(weights), 1);
  return (rows) => tf.div(tf.sum(tf.mul(rows, weights)), count);
}

/**
 * The contrastive loss of CLIP (Radford et al. 2021, arXiv 2103.00020, figure
 * 3) between two captions of each clip. It compares all tokens of the encoder,
 * so that each token agrees across languages. Different clips of the same
 * content are left out of the sums.
 *
 * @param tokens Of the first captions of `B` clips and then of the second
 *   ones, `[2B,K,O]`.
 * @param same See {@link LabelledPairs}.
 * @returns scalars
 */
export function alignmentLoss(
  tokens: tf.Tensor,
  same: tf.Tensor,
): { readonly loss: tf.Tensor } & Pick<TextMetrics, "accuracy"> {
  const count = same.shape[0]!;
  const flat = tf.reshape(tokens, [2 * count, tokens.size / (2 * count)]);
  const [a, b] = tf.split(normalised(flat), 2) as [tf.Tensor2D, tf.Tensor2D];
  const own = tf.eye(count);
  const others = tf.mul(tf.sub(same, own), -MASKED);
  const scores = tf.add(
    tf.mul(tf.matMul(a, b, false, true), 1 / TEMPERATURE),
    others,
  ); // [B,B]
  const ownScore = tf.sum(tf.mul(scores, own), 1);
  const crossEntropy = (axis: number): tf.Tensor =>
    tf.mean(tf.sub(tf.logSumExp(scores, axis), ownScore));
  const nearest = tf.greaterEqual(ownScore, tf.max(scores, 1));
  return {
    loss: tf.mul(tf.add(crossEntropy(1), crossEntropy(0)), 0.5),
    accuracy: tf.mean(tf.cast(nearest, "float32")),
  };
}

/**
 * Mean squared cosine between captions of different content. Its inverse is
 * the number of directions that they span (the participation ratio of their
 * covariance). Without it a few hundred names span ten directions and differ in
 * length, which a backbone learns far more slowly.
 *
 * @param rows Pooled tokens of the first captions of `B` clips and then of the
 *   second ones, `[2B,O]`.
 * @param same See {@link LabelledPairs}.
 * @returns a scalar in [0,1]
 */
export function decorrelationLoss(rows: tf.Tensor, same: tf.Tensor): tf.Tensor {
  const unit = normalised(rows) as tf.Tensor2D;
  const different = tf.tile(tf.sub(1, same), [2, 2]);
  const squares = tf.square(tf.matMul(unit, unit, false, true));
  return tf.div(
    tf.sum(tf.mul(squares, different)),
    tf.maximum(tf.sum(different), 1),
  );
}

/** Rows `[N,O]` scaled to length 1. */
function normalised(rows: tf.Tensor): tf.Tensor {
  const length = tf.sqrt(tf.add(tf.sum(tf.square(rows), 1, true), EPSILON));
  return tf.div(rows, length);
}

/** Two batches of prompts as one, without the words of the backbone. */
function concatenated(
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
