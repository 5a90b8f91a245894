import type * as tf from "@tensorflow/tfjs-core";
import {
  type ArraysOf,
  type Compiled,
  jitWithState,
  remat,
} from "../../compiler/mod.ts";
import { float32, InputError, Rng } from "../../core/mod.ts";
import { batchOrder } from "../../dataset/batches/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import { shippedText } from "../../models/text_to_video/mod.ts";
import {
  initText,
  type TextConfig,
  tokenisePrompts,
} from "../../models/text/mod.ts";
import { saveWeights } from "../../pipeline/mod.ts";
import { onFirstRank } from "../../ranks/mod.ts";
import type { Evaluator } from "../loop/train.ts";
import {
  evaluationFact,
  evaluationInterval,
  planOf,
  type RunConfig,
  trainingConfigOf,
  updateRuleOf,
} from "../run/config.ts";
import { pretrainedText } from "../run/pretrained.ts";
import type { Run } from "../run/run.ts";
import { type TextPair, textPairs } from "../data/caption_pairs.ts";
import { isDone, trainStage } from "../run/train_stage.ts";
import { captionConfigOf, QUESTIONS } from "./text_questions.ts";
import {
  initClassifiers,
  type LabelledPairs,
  textTrainingLoss,
  type TextTrainingParameters,
} from "./text_loss.ts";

/** Held-out pairs of a batch: each caption is compared with as many. */
const EVALUATION_BATCH = 64;

/**
 * Trains the text encoder of a run on captions alone, or resumes it: captions of
 * the same content get the same tokens in every language, before the phases.
 */
export async function trainText(run: Run): Promise<void> {
  const { config, folder } = run;
  const { seed } = config;
  const text = shippedText(config.models.text);
  const plan = planOf(config, "text");
  const path = textPathOf(folder);

  // Data: two captions of each clip.
  const textConfig = config.data.length > 0
    ? text // captions of real video are read whole
    : captionConfigOf(text);
  const pairs = textPairs(run.data, "train");
  if (!pairs) throw noCaptions(config);
  const order = batchOrder(seed, [
    { length: plan.samples, batch: plan.batch },
  ]);
  const rng = new Rng(seed).fork("text");

  // Model: text encoder, fresh or pretrained, and classifiers.
  const pretrained = await pretrainedText(config);
  const stageConfig = {
    model: text,
    plan,
    maxSteps: config.maxSteps,
    seed,
    languages: config.languages,
    ...(pairs.name !== undefined && { data: pairs.name }),
    heldOut: config.heldOut,
    ...evaluationFact(config),
    ...updateRuleOf(config),
    ...(pretrained && { finetune: pretrained.digest }),
  };
  if (await isDone(run, "text", stageConfig, path)) return;
  const initial: TextTrainingParameters = {
    text: pretrained?.parameters ?? initText(text, rng),
    classifiers: initClassifiers(
      rng.fork("readers"),
      text,
      Object.fromEntries(
        Object.entries(config.world > 0 ? QUESTIONS : {}).map(
          ([question, { answers }]) => [question, answers.length] as const,
        ),
      ),
    ),
  };

  // Evaluation: held-out captions.
  using evaluator = await textEvaluator(run, textConfig);
  // Loss, optimiser, loop.
  const training = trainingConfigOf(config, "text", plan);
  const trained = await trainStage(run, "text", stageConfig, {
    config: training,
    initial,
    lossOf: textTrainingLoss(text, config.recompute ? { remat } : {}),
    async batchAt(n: number) {
      const batch: TextPair[] = [];
      for (const { epoch, index } of order(n).samples) {
        const draw = rng.fork(`pair ${index} of epoch ${epoch}`);
        batch.push(await pairs.pairAt(index, draw));
      }
      return batchOfPairs(batch, textConfig, config);
    },
    evaluator,
  });

  // Result: the EMA of the text encoder.
  await onFirstRank(
    run.ranks,
    () =>
      saveWeights(path, trained.state.averages!.long.text, {
        kind: "MultilingualTextEncoder",
        config: text,
        stage: "text",
        step: training.schedule.totalSteps,
        score: trained.best?.score,
        average: "long",
      }),
  );
}

function noCaptions({ data }: RunConfig): InputError {
  return new InputError(
    `Cannot train the text encoder on ${
      data.map(({ path }) => `"${path}"`).join(", ")
    }: there must be captions: no shot has one; write name.txt beside each ` +
      "video or pass a table with --captions to deno task ingest, or leave " +
      "this stage out: the model will be unconditional",
  );
}

/** Path of the text encoder of a run. */
export function textPathOf(folder: string): string {
  return `${folder}/text.safetensors`;
}

function batchOfPairs(
  pairs: readonly TextPair[],
  config: TextConfig,
  { world, data }: Pick<RunConfig, "world" | "data">,
): ArraysOf<LabelledPairs> {
  const count = pairs.length;
  const same = new Float32Array(count ** 2);
  for (const [i, { meaning }] of pairs.entries()) {
    for (const [j, other] of pairs.entries()) {
      if (other.meaning === meaning) same[i * count + j] = 1;
    }
  }
  return {
    first: tokenisePrompts(pairs.map(({ first }) => first), config),
    second: tokenisePrompts(pairs.map(({ second }) => second), config),
    same: float32([count, count], same),
    // Without it all pairs have labels, or none.
    ...(world > 0 && data.length > 0 && {
      labelled: float32([count], pairs.map(({ labels }) => labels ? 1 : 0)),
    }),
    answers: Object.fromEntries(
      Object.entries(world > 0 ? QUESTIONS : {}).map(([
        question,
        { answers, of },
      ]) => {
        const oneHot = new Float32Array(count * answers.length);
        for (const [i, { labels }] of pairs.entries()) {
          if (!labels) continue;
          const answer = answers.indexOf(of(labels.subjects[0]!));
          oneHot[i * answers.length + answer] = 1;
        }
        return [question, float32([count, answers.length], oneHot)];
      }),
    ),
  };
}

/** Loss and metrics of held-out captions. */
async function textEvaluator(
  run: Run,
  textConfig: TextConfig,
): Promise<Evaluator<TextTrainingParameters> & Disposable> {
  const { config, device } = run;
  const { models, seed, heldOut } = config;
  const { pairAt } = textPairs(run.data, "validation")!;
  const batches: ArraysOf<LabelledPairs>[] = [];
  for (let i = 0; i < heldOut; i += EVALUATION_BATCH) {
    const pairs: TextPair[] = [];
    for (let j = i; j < Math.min(i + EVALUATION_BATCH, heldOut); j++) {
      pairs.push(await pairAt(j, new Rng(seed).fork(`pair ${j}`)));
    }
    batches.push(batchOfPairs(pairs, textConfig, config));
  }
  const lossOf = textTrainingLoss(shippedText(models.text));
  let compiled:
    | Compiled<ArraysOf<LabelledPairs>, Record<string, tf.Tensor>>
    | undefined;
  return {
    every: evaluationInterval(config, "text"),
    async evaluate(state) {
      compiled ??= jitWithState(
        (parameters, pairs: LabelledPairs) => {
          const { loss, metrics } = lossOf(
            parameters as Tensors<TextTrainingParameters>,
            pairs,
          );
          return { outputs: { loss, ...metrics } };
        },
        state.averages!.long,
        { device, name: "held-out captions" },
      );
      const means: Record<string, number> = {};
      for (const batch of batches) {
        const share = batch.same.shape[0]! / heldOut;
        for (
          const [name, { data }] of Object.entries(await compiled.run(batch))
        ) {
          means[name] = (means[name] ?? 0) + data[0]! * share;
        }
      }
      return {
        score: means.loss!,
        record: {
          heldOutLoss: means.loss,
          heldOutAccuracy: means.accuracy,
          heldOutClassification: means.classification,
          heldOutDecorrelation: means.decorrelation,
        },
      };
    },
    [Symbol.dispose]: () => compiled?.[Symbol.dispose](),
  };
}
