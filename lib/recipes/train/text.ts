import type { Tensors } from "../../models/layers/mod.ts";
import { jitWithState } from "../../compiler/mod.ts";
import { float32, type NdArray, Rng } from "../../core/mod.ts";
import { batchOrder } from "../../dataset/batches/mod.ts";
import type { CaptionPair } from "../../dataset/synthetic/mod.ts";
import {
  initText,
  type PromptTokens,
  type TextConfig,
  type TextParameters,
  tokenisePrompts,
} from "../../models/text/mod.ts";
import {
  type Evaluator,
  initReaders,
  type LabelledPairs,
  readingLoss,
  type ReadingParameters,
} from "../../trainer/mod.ts";
import { saveWeights } from "../../pipeline/mod.ts";
import {
  type Labels,
  MOTION_IDS,
  OBJECT_KINDS,
  objectKind,
  PAINTS,
} from "../../dataset/vocabulary/mod.ts";
import { givenText } from "./given_models.ts";
import { planOf, trainingConfigOf } from "./plan.ts";
import type { Run } from "./run.ts";
import { worldCaptions } from "./sources.ts";
import { isDone, runStage } from "./stage.ts";

/** Characters that are read of a caption: enough for those of one subject. */
const CHARACTERS = 48;
/** Held-out captions that are told apart at once. */
const AT_ONCE = 64;

/** What is asked about the first subject of a clip, and all that may be answered. */
const QUESTIONS: Readonly<Record<string, Question>> = {
  object: {
    answers: OBJECT_KINDS.map(({ id }) => id),
    of: ({ object }) => object,
  },
  colour: {
    answers: [...Object.keys(PAINTS), "none"],
    of: ({ object }) => objectKind(object).paint ?? "none",
  },
  motion: { answers: MOTION_IDS, of: ({ motion }) => motion },
};

interface Question {
  readonly answers: readonly string[];
  of(subject: Labels["subjects"][number]): string;
}

/** Captions of some clips as the loss wants them. */
interface PairArrays {
  readonly first: PromptTokens;
  readonly second: PromptTokens;
  readonly same: NdArray<"float32">;
  readonly answers: Readonly<Record<string, NdArray<"float32">>>;
}

/**
 * Teaches the text encoder of a run what captions say, the same in every
 * language, or goes on with it. The phases, which learn from pictures,
 * then begin with languages that agree.
 */
export async function trainText(run: Run): Promise<void> {
  const { options, folder, models } = run;
  const plan = planOf(options, "text");
  const reading = {
    ...models.text,
    maxCharacters: Math.min(CHARACTERS, models.text.maxCharacters),
  };
  const pairAt = worldCaptions(options, "train");
  const order = batchOrder(options.seed, [
    { length: plan.samples, batch: plan.batch },
  ]);
  const rng = new Rng(options.seed).fork("text");
  const given = await givenText(run);
  const config = {
    model: models.text,
    plan,
    maxSteps: options.maxSteps,
    seed: options.seed,
    languages: options.languages,
    heldOut: options.heldOut,
    evaluateEvery: options.evaluateEvery,
    ...(given && { finetune: given.digest }),
  };
  const path = textPathOf(folder);
  if (await isDone(run, "text", config, path)) return;
  using evaluator = await textEvaluator(run, reading);
  const trained = await runStage(run, "text", config, {
    config: trainingConfigOf("text", plan, options),
    initial: initial(models.text, rng, given?.parameters),
    lossOf: readingLoss(models.text),
    async batchAt(index: number) {
      const pairs: CaptionPair[] = [];
      for (const { epoch, index: place } of order(index).samples) {
        const draw = rng.fork(`pair ${place} of epoch ${epoch}`);
        pairs.push(await pairAt(place, draw));
      }
      return arraysOf(pairs, reading);
    },
    evaluator,
  });
  await saveWeights(path, trained.state.averages!.long.text, {
    kind: "MultilingualTextEncoder",
    config: models.text,
    stage: "text",
    step: trainingConfigOf("text", plan, options).schedule.totalSteps,
    score: trained.best?.score,
    average: "long",
  });
}

/** Where a run keeps its aligned text encoder. */
export function textPathOf(folder: string): string {
  return `${folder}/text.safetensors`;
}

function initial(
  config: TextConfig,
  rng: Rng,
  given: TextParameters = initText(config, rng),
): ReadingParameters {
  const counts = Object.entries(QUESTIONS).map((
    [question, { answers }],
  ) => [question, answers.length] as const);
  return {
    text: given,
    readers: initReaders(
      rng.fork("readers"),
      config,
      Object.fromEntries(counts),
    ),
  };
}

function arraysOf(
  pairs: readonly CaptionPair[],
  config: TextConfig,
): PairArrays {
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
    answers: Object.fromEntries(
      Object.entries(QUESTIONS).map(([question, { answers, of }]) => {
        const oneHot = new Float32Array(count * answers.length);
        for (const [i, { labels }] of pairs.entries()) {
          const answer = answers.indexOf(of(labels.subjects[0]!));
          oneHot[i * answers.length + answer] = 1;
        }
        return [question, float32([count, answers.length], oneHot)];
      }),
    ),
  };
}

/** Loss on held-out clips, how many captions find their own, and are read. */
async function textEvaluator(
  run: Run,
  reading: TextConfig,
): Promise<Evaluator<ReadingParameters> & Disposable> {
  const { options, models, device } = run;
  const pairAt = worldCaptions(options, "validation");
  const batches: PairArrays[] = [];
  for (let i = 0; i < options.heldOut; i += AT_ONCE) {
    const pairs: CaptionPair[] = [];
    for (let j = i; j < Math.min(i + AT_ONCE, options.heldOut); j++) {
      pairs.push(await pairAt(j, new Rng(options.seed).fork(`pair ${j}`)));
    }
    batches.push(arraysOf(pairs, reading));
  }
  type Name = "loss" | "accuracy" | "read" | "likeness";
  type Measure = {
    run(pairs: PairArrays): Promise<Record<Name, NdArray>>;
    [Symbol.dispose](): void;
  };
  const lossOf = readingLoss(models.text);
  let compiled: Measure | undefined;
  return {
    every: options.evaluateEvery,
    async evaluate(state) {
      compiled ??= jitWithState(
        (parameters, pairs: LabelledPairs) => {
          const { loss, metrics } = lossOf(
            parameters as Tensors<ReadingParameters>,
            pairs,
          );
          return { outputs: { loss, ...metrics } };
        },
        state.averages!.long,
        { device, name: "held-out captions" },
      ) as Measure;
      const means: Record<Name, number> = {
        loss: 0,
        accuracy: 0,
        read: 0,
        likeness: 0,
      };
      for (const batch of batches) {
        const found = await compiled.run(batch);
        const share = batch.same.shape[0]! / options.heldOut;
        for (const name of Object.keys(means) as Name[]) {
          means[name] += found[name].data[0]! * share;
        }
      }
      const record = {
        heldOutLoss: means.loss,
        heldOutAccuracy: means.accuracy,
        heldOutRead: means.read,
        heldOutLikeness: means.likeness,
      };
      return { score: means.loss, record };
    },
    [Symbol.dispose]: () => compiled?.[Symbol.dispose](),
  };
}
