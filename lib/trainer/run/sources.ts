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

/** Clips of a stage. */
export interface ClipRequest {
  readonly split: Split;
  /** Clips of an epoch. */
  readonly length: number;
  readonly shape: ClipShape;
}

/** The training that uses the clips: owns decoder threads, prints notes. */
export interface DataHost {
  readonly held: DisposableStack;
  log(line: string): void;
}

/** The fields of a run that determine its data. */
export type DataConfig = Pick<
  RunConfig,
  "data" | "languages" | "replayFraction" | "seed" | "workers"
>;

/**
 * Clips of one phase: the synthetic world, mixed one to one with shots of real
 * video of the phase, in phase 5 of all phases. A fraction of the synthetic
 * training clips comes from earlier phases, against forgetting.
 *
 * @param host Default: this thread decodes, and no note is printed.
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
 * Clips of all phases in turn and of real video: the data of the VAE.
 *
 * @param host Default: this thread decodes, and no note is printed.
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
 * Captions of single subjects, each in two languages: all other captions are
 * composed of their names and motions.
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

/** Replays earlier phases: half from the first, which has all names and motions. */
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
    // A phase or the held-out split may have no shots, but the manifest must
    // have some.
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

/** Synthetic and real clips in turn. Repeats of a real shot use other parts of it. */
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

/** BCP 47 tags; a quarter of them English. */
function languagesOf(languages: string): readonly string[] {
  const tags = languages === "all"
    ? LANGUAGES
    : languages.split(",").map((tag) => tag.trim()).filter(Boolean);
  if (!tags.includes("en") || tags.length < 4) return tags;
  const more = Math.round((tags.length - 4) / 3);
  return [...tags, ...new Array<string>(more).fill("en")];
}
