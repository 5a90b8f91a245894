import { createHash } from "node:crypto";
import { InputError } from "../../core/mod.ts";
import {
  type Bucket,
  type Bucketing,
  chooseShapes,
  type ClipShape,
  type ClipSource,
  mixedClips,
  type WeightedSource,
} from "../../dataset/batches/mod.ts";
import { type Shot, shotClips } from "../../dataset/curate/mod.ts";
import { type DecodePool, decodePool } from "../../dataset/decode/mod.ts";
import { clipStride } from "../../models/text_to_video/mod.ts";
import type { RunConfig } from "../run/config.ts";
import { clipShapeOf } from "../stages/stage_plan.ts";
import { phaseOf, type Stage } from "../stages/stages.ts";
import { readableClips, UnreadableFiles } from "./readable_clips.ts";
import { type OpenSource, openSource } from "./open_source.ts";
import { shotsOf } from "./selection.ts";
import { batchFor, bucketsOf, type StagePart } from "./stage_buckets.ts";
import { type Split, worldClips, worldMix } from "./world.ts";

/** The fields of a run that determine its data. */
export type DataConfig = Pick<
  RunConfig,
  | "data"
  | "world"
  | "curriculum"
  | "fill"
  | "exact"
  | "languages"
  | "models"
  | "plans"
  | "replayFraction"
  | "seed"
  | "workers"
  | "own"
  | "settings"
>;

/** Clips of a stage. */
export interface StageData {
  /**
   * Identity of the data: sources, weights, shots. Stages with equal shots share
   * their latents.
   */
  readonly name: string;
  /** Clips of equal shape; the most frequent shape first. */
  readonly buckets: readonly Bucket[];
  /** The part of each source of real video. */
  readonly parts: readonly StagePart[];
  /** Shots that no epoch shows, because it takes fewer clips than there are. */
  readonly leftOut: number;
}

/** Most buckets of a stage. */
const MOST_BUCKETS = 4;

/** The data of a run: manifests read once, decoding threads, unreadable files. */
export class RunData implements Disposable {
  readonly config: DataConfig;
  readonly sources: readonly OpenSource[];
  readonly unreadable: UnreadableFiles;
  readonly #pool: DecodePool;
  readonly #log: (line: string) => void;
  /** Clips of a module, in place of all others. */
  readonly #own: Readonly<Record<Split, ClipSource>> | undefined;

  private constructor(
    config: DataConfig,
    sources: readonly OpenSource[],
    own: Readonly<Record<Split, ClipSource>> | undefined,
    log: (line: string) => void,
  ) {
    this.config = config;
    this.sources = sources;
    this.#own = own;
    const logged = new Set<string>();
    this.#log = (line) => {
      // The same stage may be opened several times.
      if (!logged.has(line)) log(line);
      logged.add(line);
    };
    const files = new Set(
      sources.flatMap(({ shots }) => shots.map(({ path }) => path)),
    );
    this.unreadable = new UnreadableFiles(files.size, this.#log);
    this.#pool = decodePool(config.workers);
  }

  /**
   * Reads the manifests of a run.
   *
   * @param log Prints notes; default: none.
   * @throws {InputError} naming the manifest, if one cannot be used
   */
  static async open(
    config: DataConfig,
    log: (line: string) => void = () => {},
  ): Promise<RunData> {
    const sources: OpenSource[] = [];
    for (const source of config.data) sources.push(await openSource(source));
    return new RunData(config, sources, await ownClips(config), log);
  }

  /** Whether clips have captions: the world's do, and so may those of a module. */
  get isCaptioned(): boolean {
    return this.#own !== undefined || this.config.world > 0 ||
      this.sources.some(({ shots }) =>
        shots.some(({ captions }) => captions.length > 0)
      );
  }

  /** Whether a stage has shots or synthetic clips of its own. */
  hasClips(stage: Stage): boolean {
    // Clips of a module have no phases: the first one takes them all.
    if (this.#own) return stage === "vae" || stage === "phase1";
    return this.config.world > 0 ||
      this.sources.some((source) =>
        shotsOf(source, stage, "train", this.config).length > 0
      );
  }

  /**
   * The clips of a stage: real shots by their shape and synthetic ones, mixed in
   * proportion to the weights.
   *
   * @param length Clips of an epoch at most.
   * @throws {InputError} if a source has none for the stage, naming the rule
   */
  clips(stage: Stage, split: Split, length: number): StageData {
    const { config } = this;
    const plan = config.plans[stage];
    const aim = clipShapeOf(plan);
    if (this.#own) {
      const source = limited(this.#own[split], length);
      const { name } = source;
      return {
        name,
        parts: [],
        leftOut: 0,
        buckets: [{ source, shape: aim, batch: plan.batch }],
      };
    }
    if (this.sources.length === 0) {
      const source = this.#world(stage, split, length);
      return {
        name: source.name,
        parts: [],
        leftOut: 0,
        buckets: [{ source, shape: aim, batch: plan.batch }],
      };
    }
    const parts = this.#parts(stage, split, aim);
    const found = bucketsOf(parts, length, config.world);
    const named = parts.map(({ source: { name, weight }, shots }) => ({
      name: `${shots.length} shot${shots.length === 1 ? "" : "s"} of ${name} (${
        digestOf(shots)
      })`,
      weight,
    }));
    if (config.world > 0) {
      const { name } = this.#world(stage, split, 1);
      named.push({ name, weight: config.world });
    }
    const leftOut = found.reduce((sum, { leftOut }) => sum + leftOut, 0);
    const name =
      named.map(({ name, weight }) =>
        named.length === 1 ? name : `${weight} x ${name}`
      ).join(" + ") + `, ${split}`;
    const buckets = found.map(({ shape, length, parts, world }): Bucket => {
      const sources: WeightedSource[] = parts.map((
        { part, shots, weight },
      ) => ({
        weight,
        source: shotClips(
          `${part.source.name}, ${shots.length} shots`,
          shots,
          {
            decode: this.#pool.decode,
            shufflesSentences: split === "train",
          },
        ),
      }));
      if (world > 0) {
        sources.push({
          weight: world,
          source: this.#world(stage, split, length),
        });
      }
      const { frames, height, width, fps } = shape;
      const mix = mixedClips(
        found.length === 1
          ? name
          : `${name}, ${frames}x${height}x${width} at ${fps} fps`,
        sources,
        length,
      );
      return {
        source: readableClips(mix, this.unreadable),
        shape,
        batch: batchFor(shape, aim, plan.batch),
      };
    });
    return { name, parts, buckets, leftOut };
  }

  #world(
    stage: Stage,
    split: Split,
    length: number,
  ): ReturnType<typeof worldMix> {
    const phase = phaseOf(stage);
    return phase === undefined
      ? worldMix(this.config, split, length)
      : worldClips(this.config, phase, split, length);
  }

  /** The shots of each source that has some, in buckets. */
  #parts(stage: Stage, split: Split, aim: ClipShape): StagePart[] {
    const { config, sources } = this;
    const { models, exact } = config;
    const chosen = sources.map((source) => ({
      source,
      shots: shotsOf(source, stage, split, config, this.#log),
    })).filter(({ shots }) => shots.length > 0);
    const all = chosen.flatMap(({ shots }) => shots);
    if (all.length === 0) throw noShots(sources, stage, split);
    const bucketing = chooseShapes(all.map(playable), {
      aim,
      exact,
      stride: clipStride(models),
      most: MOST_BUCKETS,
    });
    if (bucketing.shapes.length === 0) {
      throw noShape(chosen.map(({ source }) => source), stage, aim, bucketing);
    }
    let first = 0;
    return chosen.map(({ source, shots }) => {
      const shapeOf = bucketing.shapeOf.slice(first, first += shots.length);
      return {
        source,
        bucketing: { ...bucketing, shapeOf },
        shots: shots.filter((_, i) => shapeOf[i] !== undefined),
      };
    }).map((part) => {
      if (part.shots.length > 0) return part;
      throw noShape([part.source], stage, aim, bucketing);
    });
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }
}

/** The clips of a run's module, for training and held out; undefined without any. */
async function ownClips(
  { own, settings }: DataConfig,
): Promise<Readonly<Record<Split, ClipSource>> | undefined> {
  const part = own?.parts.clips;
  if (!part) return undefined;
  const parsed = part.settings.parse(settings.clips ?? {});
  return {
    train: await part.open(parsed, "train"),
    validation: await part.open(parsed, "validation"),
  };
}

/** The first clips of a source. */
function limited(source: ClipSource, length: number): ClipSource {
  return {
    name: source.name,
    length: Math.min(source.length, length),
    clipAt: (index, shape, rng) => source.clipAt(index, shape, rng),
    ...(source.captionAt && {
      captionAt: (index, rng) => source.captionAt!(index, rng),
    }),
  };
}

function playable(
  { width, height, startSeconds, endSeconds, fps, pictures }: Shot,
): Parameters<typeof chooseShapes>[0][number] {
  const seconds = endSeconds - startSeconds;
  return { width, height, fps, pictures, seconds };
}

function digestOf(shots: readonly Shot[]): string {
  const hash = createHash("sha256");
  for (const { id, captions } of shots) {
    hash.update(`${id} ${captions.map(({ text }) => text).join("\n")}\n`);
  }
  return hash.digest("hex").slice(0, 8);
}

function noShots(
  sources: readonly OpenSource[],
  stage: Stage,
  split: Split,
): InputError {
  const paths = sources.map(({ path }) => `"${path}"`).join(", ");
  const which = split === "train" ? "training" : "held-out";
  return new InputError(
    `Cannot train ${stage} on ${paths}: there must be a ${which} shot for it: ` +
      `the manifest gives none to this stage; pass --curriculum none for all ` +
      `shots in each stage, --fill for the shots that are nearest to it, or ` +
      "ingest more videos",
  );
}

function noShape(
  sources: readonly OpenSource[],
  stage: Stage,
  { frames, height, width, fps }: ClipShape,
  { reasons }: Bucketing,
): InputError {
  const paths = sources.map(({ path }) => `"${path}"`).join(", ");
  const listed = [...reasons].map(([reason, count]) =>
    `${count} shot${count === 1 ? "" : "s"}: ${reason}`
  );
  return new InputError(
    `Cannot train ${stage} on ${paths}: a shot must hold a clip of about ` +
      `${frames}x${height}x${width} at ${fps} fps: none does: ${
        listed.join("; ")
      }; pass a smaller --frames or a higher --fps`,
  );
}
