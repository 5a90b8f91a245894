import { type Bucket, cropShare } from "../../dataset/batches/mod.ts";
import { fpsText, repeatedShare } from "../../dataset/decode/mod.ts";
import type { Shot } from "../../dataset/curate/mod.ts";
import {
  readVocabulary,
  unknownWords,
  type Vocabulary,
  wordsOf,
} from "../../pipeline/mod.ts";
import type { Stage } from "../stages/stages.ts";
import type { RunData, StageData } from "./run_data.ts";
import type { StagePart } from "./stage_buckets.ts";
import { planOf } from "../run/config.ts";

/**
 * Describes the clips of stages: for each stage and source the shots, seconds,
 * shapes, captions, languages, words never seen, and what is left out.
 *
 * @param finetune Folder of trained models, whose vocabulary tells new words.
 * @throws {InputError} naming the stage, if it has no clips
 */
export async function describeData(
  data: RunData,
  stages: readonly Stage[],
  { finetune, maxSteps }: {
    readonly finetune?: string | undefined;
    readonly maxSteps?: number | undefined;
  },
): Promise<string[]> {
  const { config, sources } = data;
  if (sources.length === 0) return [];
  const vocabulary = finetune === undefined
    ? undefined
    : await readVocabulary(finetune);
  const lines = sources.flatMap((source) => [
    `data of ${source.name}: ${captionsText(source.shots)}${
      newWordsText(source.shots, vocabulary)
    }`,
  ]);
  for (const stage of stages) {
    if (stage === "text") continue;
    const plan = planOf(
      { plans: config.plans, ...(maxSteps && { maxSteps }) },
      stage,
    );
    const train = data.clips(stage, "train", plan.samples);
    const held = data.clips(stage, "validation", plan.samples);
    for (const part of train.parts) {
      const heldOut = held.parts.find(({ source }) => source === part.source);
      lines.push(`${stage}: ${partText(part, heldOut)}`);
    }
    lines.push(`${stage}: ${mixText(train, config.world)}`);
  }
  return lines;
}

function partText(
  { source, shots, bucketing }: StagePart,
  heldOut: StagePart | undefined,
): string {
  const left = [...bucketing.reasons].map(([reason, count]) =>
    `; ${counted(count, "shot")} left out: ${reason}`
  ).join("");
  const shapes = bucketing.shapeOf.filter((x) => x !== undefined);
  const slow = shots.flatMap(({ fps, pictures }, i) => {
    const share = pictures > 1 ? repeatedShare(fps, shapes[i]!.fps) : 0;
    return share > 0 ? [{ fps, share }] : [];
  });
  return `${source.name}: ${counted(shots.length, "shot")}, ${
    secondsText(shots)
  } (held out: ${heldOut?.shots.length ?? 0})` + left +
    slowText(slow);
}

/** A warning about shots that are sampled above their own rate. */
function slowText(
  slow: readonly { readonly fps: number; readonly share: number }[],
): string {
  if (slow.length === 0) return "";
  const mean = slow.reduce((sum, { share }) => sum + share, 0) / slow.length;
  const lowest = Math.min(...slow.map(({ fps }) => fps));
  return `; ${counted(slow.length, "shot")} of a lower frame rate: ` +
    `${(100 * mean).toFixed(0)} % of the frames of their clips repeat; ` +
    `--fps ${fpsText(lowest)} takes the source's rate`;
}

function mixText(
  { buckets, parts, leftOut }: StageData,
  world: number,
): string {
  const clips = buckets.reduce((sum, { source }) => sum + source.length, 0);
  const shapes = buckets.map((bucket) => {
    const { frames, height, width, fps } = bucket.shape;
    return `${frames}x${height}x${width} at ${fps} fps (${
      counted(bucket.source.length, "clip")
    }, batch ${bucket.batch}${cropText(bucket, parts)})`;
  });
  return `${counted(clips, "clip")} an epoch, ${
    world > 0 ? `world ${world}, ` : ""
  }frames x height x width: ${shapes.join(", ")}` +
    (leftOut === 0
      ? ""
      : `; ${
        counted(leftOut, "shot")
      } in no epoch: more --samples or --max-steps take them`);
}

/** The largest crop of a bucket's shots. */
function cropText({ shape }: Bucket, parts: readonly StagePart[]): string {
  const crops = parts.flatMap(({ shots, bucketing }) => {
    const shapes = bucketing.shapeOf.filter((x) => x !== undefined);
    return shots.flatMap((shot, i) =>
      shapes[i] === shape ? [cropShare(shot, shape)] : []
    );
  });
  const largest = crops.reduce((a, b) => Math.max(a, b), 0);
  return largest < 0.005 ? "" : `, crops up to ${(100 * largest).toFixed(0)} %`;
}

function captionsText(shots: readonly Shot[]): string {
  const captioned = shots.filter(({ captions }) => captions.length > 0);
  if (captioned.length === 0) {
    return `${
      counted(shots.length, "shot")
    } without captions: the model will ` +
      "be unconditional, and prompts will not matter";
  }
  const captions = captioned.flatMap(({ captions }) => captions);
  const distinct = new Set(captions.map(({ text }) => text)).size;
  return `${counted(captioned.length, "shot")} of ${shots.length} captioned, ` +
    `${counted(distinct, "different caption")}, ${
      languagesText(captions.map(({ language }) => language))
    }`;
}

/** `languages de en, some of no known language`. */
function languagesText(tags: readonly string[]): string {
  const known = [...new Set(tags)].filter((tag) => tag !== "und").sort();
  if (known.length === 0) return "of no known language";
  return `languages ${known.join(" ")}${
    tags.includes("und") ? ", some of no known language" : ""
  }`;
}

/** The share of words that the models never saw: of a vocabulary or in training. */
function newWordsText(
  shots: readonly Shot[],
  vocabulary: Vocabulary | undefined,
): string {
  const texts = (split: Shot["split"] | undefined): string[] =>
    shots.filter((shot) => split === undefined || shot.split === split)
      .flatMap(({ captions }) => captions.map(({ text }) => text));
  if (vocabulary) {
    const all = [...new Set(texts(undefined).flatMap(wordsOf))];
    const fresh = unknownWords(vocabulary, [all.join(" ")]);
    return shareText(
      fresh.length,
      all.length,
      "its words are new to the model",
    );
  }
  const known = new Set(texts("train").flatMap(wordsOf));
  const held = [...new Set(texts("validation").flatMap(wordsOf))];
  const fresh = held.filter((word) => !known.has(word));
  return shareText(
    fresh.length,
    held.length,
    "the held-out words are never seen in training",
  );
}

function shareText(count: number, of: number, what: string): string {
  return of === 0 ? "" : `; ${(100 * count / of).toFixed(1)} % of ${what}`;
}

function secondsText(shots: readonly Shot[]): string {
  const seconds = shots.reduce(
    (sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds,
    0,
  );
  return seconds < 600
    ? `${seconds.toFixed(1)} s`
    : `${(seconds / 60).toFixed(1)} min`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
