import { InputError, type Rng } from "../../core/mod.ts";
import type { ClipShape, ClipSource } from "../../dataset/batches/mod.ts";
import { LANGUAGES } from "../../dataset/captions/mod.ts";
import { manifestClips } from "../../dataset/curate/mod.ts";
import {
  type CaptionPair,
  captionPairs,
  syntheticClips,
} from "../../dataset/synthetic/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import type { TrainOptions } from "./options.ts";

/** Clips to train on, or those that are held out. */
export type Split = "train" | "validation";

/** Which clips are wanted. */
export interface Wanted {
  readonly split: Split;
  /** Clips in an epoch. */
  readonly length: number;
  readonly shape: ClipShape;
}

/**
 * Clips of one phase: of the synthetic world, and every second one of real
 * video where there is any of that phase. Some of those to train on are of the
 * phases before, so that what was learned is not lost.
 */
export async function phaseClips(
  options: TrainOptions,
  phase: Phase,
  wanted: Wanted,
): Promise<ClipSource> {
  const world = worldClips(options, phase, wanted);
  return mixed(
    wanted.split === "train"
      ? rehearsed(world, {
        share: options.replayFraction,
        before: PHASES.filter((other) => other < phase).map((other) =>
          worldClips(options, other, wanted)
        ),
      })
      : world,
    await realClips(options, phase, wanted),
    wanted.length,
  );
}

/** Clips of all phases in turn, and of real video: what the VAE learns from. */
export async function allClips(
  options: TrainOptions,
  wanted: Wanted,
): Promise<ClipSource> {
  const { split, length } = wanted;
  const each = Math.ceil(length / PHASES.length);
  const worlds = PHASES.map((phase) =>
    worldClips(options, phase, { ...wanted, length: each })
  );
  const world: ClipSource = {
    name: `synthetic phases ${PHASES.join("")} ${split}`,
    length,
    clipAt: (index: number, shape: ClipShape, rng: Rng) =>
      worlds[index % worlds.length]!.clipAt(
        Math.floor(index / worlds.length),
        shape,
        rng,
      ),
  };
  return mixed(world, await realClips(options, undefined, wanted), length);
}

/**
 * Captions of single subjects in two languages each: their names and motions
 * are what all other captions are made of.
 */
export function worldCaptions(
  { seed, languages }: TrainOptions,
  split: Split,
): (index: number, rng: Rng) => Promise<CaptionPair> {
  return captionPairs({
    split,
    seed,
    languages: languagesOf(languages),
  });
}

function worldClips(
  options: TrainOptions,
  phase: Phase,
  { split, length }: Wanted,
): ClipSource {
  return syntheticClips({
    phase,
    split,
    seed: options.seed,
    length,
    languages: split === "train" ? languagesOf(options.languages) : ["en"],
  });
}

/**
 * The clips of a world, a share of them replaced by those of the worlds before
 * it: half of these of the first, in which names and motions are learned, and
 * the others in turn.
 */
function rehearsed(
  world: ClipSource,
  { share, before }: {
    /** In [0,1). */
    readonly share: number;
    readonly before: readonly ClipSource[];
  },
): ClipSource {
  const [first, ...others] = before;
  if (share === 0 || first === undefined) return world;
  const replay = (turn: number): ClipSource =>
    turn % 2 === 0 || others.length === 0
      ? first
      : others[(turn - 1) / 2 % others.length]!;
  const of = (index: number): ClipSource => {
    const earlier = Math.floor(index * share);
    return Math.floor((index + 1) * share) > earlier ? replay(earlier) : world;
  };
  const ofWhich = others.length > 1 ? ", half of them of the first" : "";
  return {
    name: `${world.name}, ${100 * share} % of the phases before${ofWhich}`,
    length: world.length,
    clipAt: (index, shape, rng) => of(index).clipAt(index, shape, rng),
    ...([world, ...before].every(({ captionAt }) => captionAt) && {
      captionAt: (index: number, rng: Rng) => of(index).captionAt!(index, rng),
    }),
  };
}

/** Shots of real video; undefined if none are asked for or none fit. */
async function realClips(
  { data }: TrainOptions,
  phase: Phase | undefined,
  { split, shape }: Wanted,
): Promise<ClipSource | undefined> {
  if (data === undefined) return undefined;
  const manifest = data.endsWith(".jsonl") ? data : `${data}/manifest.jsonl`;
  const minSeconds = shape.frames / shape.fps;
  try {
    return await manifestClips({ manifest, phase, split, minSeconds });
  } catch (error) {
    // No shots of a phase, or none held out, are no mistake, as long as the
    // manifest has some to train on.
    if (!(error instanceof InputError)) throw error;
    if (phase === undefined && split === "train") throw error;
    await manifestClips({ manifest, split: "train", minSeconds });
    return undefined;
  }
}

/** Clips of both in turn. Later rounds over the real ones take other parts. */
function mixed(
  world: ClipSource,
  real: ClipSource | undefined,
  length: number,
): ClipSource {
  if (!real) return world;
  const of = (index: number): [ClipSource, number] =>
    index % 2 === 0
      ? [world, index / 2]
      : [real, (index - 1) / 2 % real.length];
  return {
    name: `${world.name} and ${real.length} shots of ${real.name}`,
    length,
    clipAt(index, shape, rng) {
      const [source, place] = of(index);
      return source.clipAt(place, shape, rng);
    },
    ...(world.captionAt && real.captionAt && {
      captionAt(index: number, rng: Rng) {
        const [source, place] = of(index);
        return source.captionAt!(place, rng);
      },
    }),
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
