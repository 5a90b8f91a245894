import type { Rng } from "../../core/mod.ts";
import { type ClipSource, mixedClips } from "../../dataset/batches/mod.ts";
import { LANGUAGES } from "../../dataset/captions/mod.ts";
import {
  type CaptionPair,
  captionPairs,
  syntheticClips,
} from "../../dataset/synthetic/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import type { RunConfig } from "../run/config.ts";

/** Clips to train on, or held-out ones. */
export type Split = "train" | "validation";

/** The fields of a run that determine its synthetic clips. */
type WorldConfig = Pick<RunConfig, "languages" | "replayFraction" | "seed">;

/**
 * Synthetic clips of a phase. A fraction of the training clips comes from
 * earlier phases, against forgetting.
 */
export function worldClips(
  config: WorldConfig,
  phase: Phase,
  split: Split,
  length: number,
): ClipSource {
  const own = ownClips(config, phase, split, length);
  return split === "train" ? withReplay(config, own, phase) : own;
}

/** Synthetic clips of all phases in turn: those of the VAE. */
export function worldMix(
  config: WorldConfig,
  split: Split,
  length: number,
): ClipSource {
  const each = Math.ceil(length / PHASES.length);
  return mixedClips(
    `synthetic phases ${PHASES.join("")} ${split}`,
    PHASES.map((phase) => ({
      source: ownClips(config, phase, split, each),
      weight: 1,
    })),
    length,
  );
}

/**
 * Captions of single subjects, each in two languages: all other captions are
 * composed of their names and motions.
 */
export function worldCaptions(
  { seed, languages }: WorldConfig,
  split: Split,
): (index: number, rng: Rng) => Promise<CaptionPair> {
  return captionPairs({ split, seed, languages: languagesOf(languages) });
}

function ownClips(
  { seed, languages }: WorldConfig,
  phase: Phase,
  split: Split,
  length: number,
): ClipSource {
  return syntheticClips({
    phase,
    split,
    seed,
    length,
    languages: split === "train" ? languagesOf(languages) : ["en"],
  });
}

/** Replays earlier phases: half from the first, which has all names and motions. */
function withReplay(
  config: WorldConfig,
  world: ClipSource,
  phase: Phase,
): ClipSource {
  const fraction = config.replayFraction;
  if (fraction === 0 || phase === 1) return world;
  const [first, ...others] = PHASES.filter((other) => other < phase)
    .map((other) => ownClips(config, other, "train", world.length));
  const ofFirst = others.length === 0 ? fraction : fraction / 2;
  const ofWhich = others.length > 1 ? ", half of them of the first" : "";
  return mixedClips(
    `${world.name}, ${100 * fraction} % of the phases before${ofWhich}`,
    [
      { source: world, weight: 1 - fraction },
      { source: first!, weight: ofFirst },
      ...others.map((source) => ({
        source,
        weight: (fraction - ofFirst) / others.length,
      })),
    ],
    world.length,
  );
}

/** BCP 47 tags; a quarter of them English. */
function languagesOf(languages: string): readonly string[] {
  const tags = languages === "all"
    ? LANGUAGES
    : languages.split(",").map((tag) => tag.trim()).filter(Boolean);
  if (!tags.includes("en") || tags.length < 4) return tags;
  const more = Math.round((tags.length - 4) / 3);
  return [...tags, ...new Array<string>(more).fill("en")];
}
