import type { Rng } from "../../core/mod.ts";
import { interleave } from "../../dataset/batches/mod.ts";
import { shuffledSentences } from "../../dataset/curate/mod.ts";
import type { CaptionPair } from "../../dataset/synthetic/mod.ts";
import type { Labels } from "../../dataset/vocabulary/mod.ts";
import type { RunData } from "./run_data.ts";
import { type Split, worldCaptions } from "./world.ts";

/** Two captions of one meaning; labels only for the synthetic world's. */
export type TextPair = Omit<CaptionPair, "labels"> & {
  readonly labels?: Labels;
};

/** Pairs of captions for the text encoder. */
export interface TextPairs {
  /** Identity of the captions; undefined for the synthetic world alone. */
  readonly name?: string;
  pairAt(index: number, rng: Rng): Promise<TextPair>;
}

/** Probability that a word of a real caption is dropped in its second view. */
const WORD_DROPOUT = 0.15;

/**
 * Pairs of captions of the sources of a run, mixed by their weights. A pair of a
 * real shot is two of its captions, or two views of one: sentences shuffled, some
 * words dropped. Equal captions mean the same.
 *
 * @returns undefined if there is no caption at all
 */
export function textPairs(data: RunData, split: Split): TextPairs | undefined {
  const { config } = data;
  const sources = data.sources.map(({ name, weight, shots }) => {
    const captioned = shots.filter(({ captions }) => captions.length > 0);
    const own = captioned.filter((shot) => shot.split === split);
    return {
      weight,
      name,
      captions: (own.length > 0 ? own : captioned)
        .map(({ captions }) => captions.map(({ text }) => text)),
    };
  }).filter(({ captions }) => captions.length > 0);
  const world = config.world > 0 ? worldCaptions(config, split) : undefined;
  if (sources.length === 0) {
    return world && { pairAt: world };
  }
  const turnOf = interleave([
    ...sources.map(({ weight }) => weight),
    ...(world ? [config.world] : []),
  ]);
  return {
    name:
      sources.map(({ name, weight, captions }) =>
        `${weight} x captions of ${captions.length} shots of ${name}`
      ).join(" + ") +
      (world ? ` + ${config.world} x synthetic world` : ""),
    pairAt(index, rng) {
      const { which, nth } = turnOf(index);
      const source = sources[which];
      if (!source) return world!(nth, rng);
      const captions = source.captions[nth % source.captions.length]!;
      return Promise.resolve(pairOf(captions, rng));
    },
  };
}

function pairOf(captions: readonly string[], rng: Rng): TextPair {
  const first = rng.integer(captions.length);
  // Another caption where there is one.
  const step = captions.length > 1 ? 1 + rng.integer(captions.length - 1) : 0;
  const second = captions[(first + step) % captions.length]!;
  return {
    first: captions[first]!,
    second: step > 0
      ? second
      : withoutWords(shuffledSentences(second, rng), rng),
    // Shots that share their first caption show the same as far as text can tell.
    meaning: captions[0]!,
  };
}

const WORDS = new Intl.Segmenter("und", { granularity: "word" });

/** Drops words, never all of them. */
function withoutWords(text: string, rng: Rng): string {
  const segments = [...WORDS.segment(text)];
  const kept = segments.filter(({ isWordLike }) =>
    !isWordLike || rng.uniform() >= WORD_DROPOUT
  );
  const isEmpty = !kept.some(({ isWordLike }) => isWordLike);
  return isEmpty
    ? text
    : kept.map(({ segment }) => segment).join("").replace(/\s+/g, " ").trim();
}
