import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../compiler/mod.ts";
import type { Rng } from "../core/mod.ts";
import {
  initLinear,
  layerNorm,
  linear,
  type LinearParameters,
  type Tensors,
} from "../models/layers/mod.ts";
import {
  encodeText,
  type TextConfig,
  type TextParameters,
} from "../models/text/mod.ts";
import {
  type AlignmentMetrics,
  alignmentOf,
  type CaptionPairs,
  decorrelationLoss,
  together,
} from "./text_alignment.ts";

/** Taken from the score of the right answer, to see the best of the others. */
const HIDDEN = 1e9;

/** At a tenth of the directions of a layer it costs as much as a few mistakes. */
const DECORRELATION_WEIGHT = 20;

/** The text encoder, and what reads answers off it while it learns. */
export interface ReadingParameters {
  readonly text: TextParameters;
  /** One for each question, `[textWidth,answers]`. */
  readonly readers: Readonly<Record<string, LinearParameters>>;
}

/** Captions in pairs, and what they say. */
export interface LabelledPairs extends CaptionPairs {
  /** For each question the right answer of each pair, one-hot, `[B,answers]`. */
  readonly answers: Readonly<Record<string, tf.Tensor>>;
}

/** What is told of a step, scalars. */
export interface ReadingMetrics extends AlignmentMetrics {
  /** Share of answers that are read off captions rightly. */
  readonly read: tf.Tensor;
  /** Of captions that say different things, see {@link decorrelationLoss}. */
  readonly likeness: tf.Tensor;
}

/** Makes a reader for each question of so many answers; they start at zero. */
export function initReaders(
  rng: Rng,
  { outputWidth }: Pick<TextConfig, "outputWidth">,
  answers: Readonly<Record<string, number>>,
): ReadingParameters["readers"] {
  return Object.fromEntries(
    Object.entries(answers).map(([question, count]) => [
      question,
      initLinear(rng.fork(question), outputWidth, count, 0),
    ]),
  );
}

/**
 * The loss that teaches a text encoder before any video is seen: captions of
 * one clip come together ({@link alignmentOf}), and what each of them says can
 * be read off by a linear layer: cross-entropy, summed over the questions.
 *
 * Alone, the first is content to tell clips apart by what differs most, the
 * subject; motion and colour then come to lie too close for a backbone. And
 * both are content with a few directions for hundreds of names, so captions
 * that say different things are to be unlike ({@link decorrelationLoss}).
 *
 * Read is the mean over normalised tokens, for that is how a backbone reads a
 * whole prompt.
 */
export function readingLoss(
  config: TextConfig,
): (
  parameters: Tensors<ReadingParameters>,
  pairs: LabelledPairs,
) => Loss<ReadingMetrics> {
  return ({ text, readers }, { first, second, same, answers }) => {
    const { tokens } = encodeText(text, together(first, second), config);
    const alignment = alignmentOf(tokens, same);
    const seen = tf.mean(layerNorm(tokens), 1); // [2B,O]
    const likeness = decorrelationLoss(seen, same);
    const questions = Object.entries(answers).map(([question, answer]) => {
      const scores = linear(readers[question]!, seen); // [2B,answers]
      const asked = tf.concat([answer, answer]);
      const right = tf.sum(tf.mul(scores, asked), 1);
      const others = tf.sub(scores, tf.mul(asked, HIDDEN));
      return {
        loss: tf.mean(tf.sub(tf.logSumExp(scores, 1), right)),
        read: tf.mean(
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
        tf.mul(likeness, DECORRELATION_WEIGHT),
      ]),
      metrics: {
        accuracy: alignment.accuracy,
        read: tf.div(
          sum(questions.map(({ read }) => read)),
          questions.length,
        ),
        likeness,
      },
    };
  };
}
