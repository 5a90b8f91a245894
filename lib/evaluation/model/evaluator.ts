import { type Clip, Rng } from "../../core/mod.ts";
import type { CaptionedClip, ClipShape } from "../../dataset/batches/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { ONE_RANK, type Ranks } from "../../ranks/mod.ts";
import { digestOfBytes } from "../_weights_file.ts";
import { settingOf } from "../feature_network.ts";
import type { LatentFrames } from "../seam_motion.ts";
import type { World3dNetwork } from "../world3d/mod.ts";
import {
  type ClipScores,
  scoreClips,
  type ScoreHost,
  type ScoreOptions,
} from "./clip_scores.ts";
import { type PromptSet, realClips } from "./prompt_set.ts";
import { cachedScores } from "./score_cache.ts";

/** Version of the scores: raised when what is scored, or how, changes. */
const VERSION = 3;

/** A trained model, as an evaluation uses it. */
export interface EvaluatedModel extends Disposable {
  /** For people: `runs/nano, phase3`. */
  readonly name: string;
  /** Phase that it was trained up to. */
  readonly phase: Phase;
  /** Names the weights and the sampler's settings: the same, the same clips. */
  readonly identity: unknown;
  /** Digest of its VAE. */
  readonly vae: string;
  /** Grouping of frames by its VAE. */
  readonly latentFrames: LatentFrames;
  /** Generates one clip for each prompt. */
  generate(prompts: readonly string[], seed: number): Promise<Clip[]>;
  /** Clips through the VAE and back. */
  reconstruct(clips: readonly Clip[]): Promise<Clip[]>;
  /** Mean loss of the clips by sigma, with fixed noise. */
  heldOutLoss(
    clips: readonly Pick<CaptionedClip, "clip" | "caption">[],
  ): Promise<ReadonlyMap<number, number>>;
}

/** A real clip and the one that was generated for its caption. */
export interface Sample {
  readonly title: string;
  readonly prompt: string;
  readonly real: Clip;
  readonly generated: Clip;
}

/** Resources of an {@link Evaluator}. */
export interface EvaluatorHost extends ScoreHost {
  readonly world3d: World3dNetwork;
  /** Of the noise. */
  readonly seed: number;
  /** Folder of cached scores. */
  readonly cache: string;
}

/** Optional scores of a prompt set. */
export type SetOptions = Partial<
  Pick<ScoreOptions, "distances" | "byObject">
>;

/**
 * Scores the real clips of prompt sets, their reconstructions by a model's VAE
 * and the clips that the model generates.
 */
export class Evaluator {
  readonly #generated = { clips: 0, seconds: 0 };

  constructor(readonly model: EvaluatedModel, readonly host: EvaluatorHost) {}

  /** Clips that were generated, now or when their scores were cached. */
  get generatedClips(): { readonly clips: number; readonly seconds: number } {
    return { ...this.#generated };
  }

  /** Processes that share the clips. */
  get ranks(): Ranks {
    return this.host.ranks ?? ONE_RANK;
  }

  /** Shape of all clips. */
  get shape(): ClipShape {
    return this.host.world3d.shape;
  }

  /** Scores of the real clips: the reference of distances, the ceiling of adherence. */
  real(
    prompts: PromptSet,
    label: string,
    options?: SetOptions,
  ): Promise<ClipScores> {
    return this.#score(
      prompts,
      `${label}, real`,
      { by: "the world" },
      (from, to) => realClips(prompts, from, to, this.shape),
      options,
    );
  }

  /** Scores of the real clips through the VAE and back: the ceiling of this model. */
  reconstructed(
    prompts: PromptSet,
    label: string,
    options?: SetOptions,
  ): Promise<ClipScores> {
    const { model, host: { batch } } = this;
    return this.#score(
      prompts,
      `${label}, through the VAE`,
      { by: "the world", through: model.vae, batch },
      async (from, to) =>
        await model.reconstruct(await realClips(prompts, from, to, this.shape)),
      options,
    );
  }

  /**
   * Scores of the clips that the model generates.
   *
   * @param label Names the set: the noise depends on it.
   */
  async generated(
    prompts: PromptSet,
    label: string,
    options?: SetOptions,
  ): Promise<ClipScores> {
    const { model, host: { seed, batch } } = this;
    const scores = await this.#score(
      prompts,
      `${label}, generated`,
      { by: model.identity, seed, batch, label },
      (from, to) => this.#generate(prompts, from, to, label),
      options,
    );
    this.#generated.clips += prompts.count;
    this.#generated.seconds += scores.seconds;
    return scores;
  }

  /** @param source Plain data that names how the clips are made, for the cache. */
  async #score(
    prompts: PromptSet,
    label: string,
    source: unknown,
    clipsOf: (from: number, to: number) => Promise<Clip[]>,
    { distances = [], byObject = false }: SetOptions = {},
  ): Promise<ClipScores> {
    const { host, shape, model: { latentFrames } } = this;
    const { world3d } = host;
    const labelled = [];
    for (let i = 0; i < prompts.count; i++) labelled.push(await prompts.at(i));
    const key = {
      version: VERSION,
      source,
      prompts: await digestOfBytes(JSON.stringify(labelled)),
      // The first clip stands for the renderer of the world.
      world: await digestOfBytes((await prompts.realClip(0, shape)).data),
      judge: settingOf(world3d, shape),
      distances: distances.map((network) => settingOf(network, shape)),
      latentFrames,
      byObject,
    };
    return await cachedScores(
      host.cache,
      key,
      distances.length,
      this.ranks,
      () =>
        scoreClips(
          prompts,
          clipsOf,
          { label, world3d, distances, latentFrames, byObject },
          host,
        ),
    );
  }

  /** The first generated clips of a set, beside the real ones; on the first rank alone. */
  async samples(
    prompts: PromptSet,
    most: number,
    label: string,
  ): Promise<Sample[]> {
    if (this.ranks.rank > 0) return [];
    const count = Math.min(most, prompts.count);
    const generated = await this.#generate(prompts, 0, count, label);
    const reals = await realClips(prompts, 0, count, this.shape);
    return await Promise.all(reals.map(async (real, i) => ({
      title: label,
      prompt: (await prompts.at(i)).prompt,
      real,
      generated: generated[i]!,
    })));
  }

  async #generate(
    prompts: PromptSet,
    from: number,
    to: number,
    label: string,
  ): Promise<Clip[]> {
    const texts: string[] = [];
    for (let i = from; i < to; i++) texts.push((await prompts.at(i)).prompt);
    const rng = new Rng(this.host.seed).fork(`${label}, clips from ${from}`);
    return await this.model.generate(texts, rng.integer(2 ** 31));
  }
}
