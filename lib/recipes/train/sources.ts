import type { Rng } from "../../core/mod.ts";
import type { ClipShape, ClipSource } from "../../dataset/batches/mod.ts";
import { LANGUAGES } from "../../dataset/captions/mod.ts";
import { syntheticClips } from "../../dataset/synthetic/mod.ts";
import { PHASES } from "../../dataset/vocabulary/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import type { TrainOptions } from "./options.ts";

/** Clips to train on, or those that are held out. */
export type Split = "train" | "validation";

/** Clips of one phase. */
export function phaseClips(
  options: TrainOptions,
  phase: Phase,
  split: Split,
  length: number,
): ClipSource {
  return syntheticClips({
    phase,
    split,
    seed: options.seed,
    length,
    languages: split === "train" ? languagesOf(options.languages) : ["en"],
  });
}

/** Clips of all phases in turn: what the VAE learns from. */
export function allClips(
  options: TrainOptions,
  split: Split,
  length: number,
): ClipSource {
  const each = Math.ceil(length / PHASES.length);
  const sources = PHASES.map((phase) =>
    phaseClips(options, phase, split, each)
  );
  return {
    name: `synthetic phases ${PHASES.join("")} ${split}`,
    length,
    clipAt: (index: number, shape: ClipShape, rng: Rng) =>
      sources[index % sources.length]!.clipAt(
        Math.floor(index / sources.length),
        shape,
        rng,
      ),
  };
}

/** Tags as a source takes them; one in four is English. */
function languagesOf(languages: string): readonly string[] {
  const tags = languages === "all"
    ? LANGUAGES
    : languages.split(",").map((tag) => tag.trim()).filter(Boolean);
  if (!tags.includes("en") || tags.length < 4) return tags;
  const more = Math.round((tags.length - 4) / 3);
  return [...tags, ...new Array<string>(more).fill("en")];
}
