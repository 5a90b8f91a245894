import type { Tensors } from "../../models/layers/mod.ts";
import { jitWithState } from "../../compiler/mod.ts";
import { float32, type NdArray, Rng } from "../../core/mod.ts";
import type { CaptionPair } from "../../dataset/synthetic/mod.ts";
import {
  initText,
  type PromptTokens,
  readPrompts,
  type TextConfig,
  type TextParameters,
} from "../../models/text/mod.ts";
import {
  alignmentLoss,
  type CaptionPairs,
  type Evaluator,
  sampleOrder,
  saveWeights,
} from "../../trainer/mod.ts";
import { planOf, trainingConfigOf } from "./plan.ts";
import type { Run } from "./run.ts";
import { worldCaptions } from "./sources.ts";
import { isDone, runStage } from "./stage.ts";

/** Characters that are read of a caption: enough for those of one subject. */
const CHARACTERS = 48;
/** Held-out captions that are told apart at once. */
const AT_ONCE = 64;

/** Captions of some clips as the loss wants them. */
interface PairArrays {
  readonly first: PromptTokens;
  readonly second: PromptTokens;
  readonly same: NdArray<"float32">;
}

/**
 * Teaches the text encoder of a run that captions of one clip say the same in
 * every language, or goes on with it. The phases, which learn from pictures,
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
  const order = sampleOrder(options.seed, plan.samples);
  const rng = new Rng(options.seed).fork("text");
  const config = {
    model: models.text,
    plan,
    maxSteps: options.maxSteps,
    seed: options.seed,
    languages: options.languages,
    heldOut: options.heldOut,
    evaluateEvery: options.evaluateEvery,
  };
  const path = textPathOf(folder);
  if (await isDone(run, "text", config, path)) return;
  using evaluator = await textEvaluator(run, reading);
  const trained = await runStage(run, "text", config, {
    config: trainingConfigOf(plan, options),
    initial: initText(models.text, rng),
    lossOf: alignmentLoss(models.text),
    async batchAt(index: number) {
      const pairs: CaptionPair[] = [];
      for (let i = 0; i < plan.batch; i++) {
        const { epoch, index: place } = order(index * plan.batch + i);
        const draw = rng.fork(`pair ${place} of epoch ${epoch}`);
        pairs.push(await pairAt(place, draw));
      }
      return arraysOf(pairs, reading);
    },
    evaluator,
  });
  await saveWeights(path, trained.state.averages!.long, {
    kind: "MultilingualTextEncoder",
    config: models.text,
    stage: "text",
    step: trainingConfigOf(plan, options).schedule.totalSteps,
    score: trained.best?.score,
    average: "long",
  });
}

/** Where a run keeps its aligned text encoder. */
export function textPathOf(folder: string): string {
  return `${folder}/text.safetensors`;
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
    first: readPrompts(pairs.map(({ first }) => first), config),
    second: readPrompts(pairs.map(({ second }) => second), config),
    same: float32([count, count], same),
  };
}

/** Loss on held-out clips, and how many captions find their own. */
async function textEvaluator(
  run: Run,
  reading: TextConfig,
): Promise<Evaluator<TextParameters> & Disposable> {
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
  type Measure = {
    run(pairs: PairArrays): Promise<{ loss: NdArray; accuracy: NdArray }>;
    [Symbol.dispose](): void;
  };
  const lossOf = alignmentLoss(models.text);
  let compiled: Measure | undefined;
  return {
    every: options.evaluateEvery,
    async evaluate(state) {
      compiled ??= jitWithState(
        (parameters, pairs: CaptionPairs) => {
          const text = parameters as Tensors<TextParameters>;
          const { loss, metrics } = lossOf(text, pairs);
          return { outputs: { loss, accuracy: metrics.accuracy } };
        },
        state.averages!.long,
        { device, name: "held-out captions" },
      ) as Measure;
      let [losses, hits] = [0, 0];
      for (const batch of batches) {
        const { loss, accuracy } = await compiled.run(batch);
        const count = batch.same.shape[0]!;
        losses += loss.data[0]! * count;
        hits += accuracy.data[0]! * count;
      }
      const score = losses / options.heldOut;
      const record = {
        heldOutLoss: score,
        heldOutAccuracy: hits / options.heldOut,
      };
      return { score, record };
    },
    [Symbol.dispose]: () => compiled?.[Symbol.dispose](),
  };
}
