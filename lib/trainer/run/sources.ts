import { InputError, type Rng } from "../../core/mod.ts";
import {
  type ClipShape,
  type ClipSource,
  mixedClips,
  workerClips,
} from "../../dataset/batches/mod.ts";
import { LANGUAGES } from "../../dataset/captions/mod.ts";
import { manifestClips } from "../../dataset/curate/mod.ts";
import {
  type CaptionPair,
  captionPairs,
  syntheticClips,
} from "../../dataset/synthetic/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import type { RunConfig } from "./config.ts";

/** Clips to train on, or held-out ones. */
export type Split = "train" | "validation";

/** Which clips a stage needs. */
export interface ClipRequest {
  readonly split: Split;
  /** Clips in an epoch. */
  readonly length: number;
  readonly shape: ClipShape;
}

/** The training that uses the clips: ends its threads, prints notes. */
export interface DataHost {
  readonly held: DisposableStack;
  log(line: string): void;
}

/** The fields of a run that its data follow from. */
export type DataConfig = Pick<
  RunConfig,
  "data" | "languages" | "replayFraction" | "seed" | "workers"
>;

/**
 * Clips of one phase: the synthetic world, and one to one with it the shots of
 * real video of that phase, in phase 5 of all phases. Some synthetic training
 * clips come from earlier phases, against forgetting.
 *
 * @param host Without it, this thread decodes and no note is printed.
 * @throws {InputError} if the manifest cannot be used
 */
export async function phaseClips(
  config: DataConfig,
  phase: Phase,
  request: ClipRequest,
  host?: DataHost,
): Promise<ClipSource> {
  const world = worldClips(config, phase, request);
  return withRealClips(
    request.split === "train"
      ? withReplay(config, world, phase, request)
      : world,
    await realClips(config, phase === 5 ? undefined : phase, request, host),
  );
}

/**
 * Clips of all phases in turn, and of real video: the VAE's data.
 *
 * @param host Without it, this thread decodes and no note is printed.
 * @throws {InputError} if the manifest cannot be used
 */
export async function allClips(
  config: DataConfig,
  request: ClipRequest,
  host?: DataHost,
): Promise<ClipSource> {
  const length = Math.ceil(request.length / PHASES.length);
  const world = mixedClips(
    `synthetic phases ${PHASES.join("")} ${request.split}`,
    PHASES.map((phase) => ({
      source: worldClips(config, phase, { ...request, length }),
      weight: 1,
    })),
    request.length,
  );
  return withRealClips(
    world,
    await realClips(config, undefined, request, host),
  );
}

/**
 * Captions of single subjects in two languages each: their names and motions
 * make up all other captions.
 */
export function worldCaptions(
  { seed, languages }: DataConfig,
  split: Split,
): (index: number, rng: Rng) => Promise<CaptionPair> {
  return captionPairs({ split, seed, languages: languagesOf(languages) });
}

function worldClips(
  { seed, languages }: DataConfig,
  phase: Phase,
  { split, length }: ClipRequest,
): ClipSource {
  return syntheticClips({
    phase,
    split,
    seed,
    length,
    languages: split === "train" ? languagesOf(languages) : ["en"],
  });
}

/** A world with a fraction of earlier phases: half of the first, which has names and motions, the rest of the others. */
function withReplay(
  config: DataConfig,
  world: ClipSource,
  phase: Phase,
  request: ClipRequest,
): ClipSource {
  const fraction = config.replayFraction;
  if (fraction === 0 || phase === 1) return world;
  const [first, ...others] = PHASES.filter((other) => other < phase)
    .map((other) => worldClips(config, other, request));
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

/** Shots of real video; undefined without `--data` or if no shot fits. */
async function realClips(
  { data, workers }: DataConfig,
  phase: Phase | undefined,
  { split, shape }: ClipRequest,
  host: DataHost | undefined,
): Promise<ClipSource | undefined> {
  if (data === undefined) return undefined;
  const manifest = data.endsWith(".jsonl") ? data : `${data}/manifest.jsonl`;
  const minSeconds = shape.frames / shape.fps;
  const options = { manifest, phase, split, minSeconds };
  try {
    const clips = await manifestClips(options);
    if (!host || workers === 0) return clips;
    return host.held.use(workerClips(clips, {
      module: import.meta.resolve("../../dataset/curate/mod.ts"),
      make: "manifestClips",
      options,
    }, workers));
  } catch (error) {
    // A phase may be without shots, and the held-out split, but not the
    // whole manifest.
    if (!(error instanceof InputError)) throw error;
    if (phase === undefined && split === "train") throw error;
    await manifestClips({ manifest, split: "train", minSeconds });
    const which = split === "train" ? "training" : "held-out";
    host?.log(
      `note: "${data}" has no ${which} shot of ` +
        `${phase === undefined ? "any phase" : `phase ${phase}`} that lasts ` +
        `${minSeconds} s; only synthetic clips are used there`,
    );
    return undefined;
  }
}

/** Synthetic and real clips in turn. Repeats of a real shot take other parts. */
function withRealClips(
  world: ClipSource,
  real: ClipSource | undefined,
): ClipSource {
  if (!real) return world;
  return mixedClips(
    `${world.name} and ${real.length} shots of ${real.name}`,
    [{ source: world, weight: 1 }, { source: real, weight: 1 }],
    world.length,
  );
}

/** BCP 47 tags; English makes up a quarter. */
function languagesOf(languages: string): readonly string[] {
  const tags = languages === "all"
    ? LANGUAGES
    : languages.split(",").map((tag) => tag.trim()).filter(Boolean);
  if (!tags.includes("en") || tags.length < 4) return tags;
  const more = Math.round((tags.length - 4) / 3);
  return [...tags, ...new Array<string>(more).fill("en")];
}
