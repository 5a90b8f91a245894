import {
  CHANNELS,
  type Clip,
  int32,
  type MapLeaves,
  type NdArray,
  Rng,
  zeros,
} from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import {
  filmTake,
  planTake,
  Sprites,
  type TakeName,
} from "../../dataset/synthetic/mod.ts";
import { type Labels, objectKind } from "../../dataset/vocabulary/mod.ts";
import {
  type World3dBatch,
  type World3dConfig,
  type World3dStillsBatch,
  WORLD_TASKS,
  type WorldTask,
} from "../../evaluation/world3d/mod.ts";
import type * as tf from "@tensorflow/tfjs-core";
import { disturb } from "./disturb.ts";
import type { World3dPlan } from "./plan.ts";

/** Batches as arrays. */
export type World3dArrays = MapLeaves<World3dBatch, tf.Tensor, NdArray>;
export type World3dStillsArrays = MapLeaves<
  World3dStillsBatch,
  tf.Tensor,
  NdArray
>;

/** The names that a clip's labels give as answers to each task; none where it has none. */
export function answersOf(
  { subjects, camera }: Labels,
): Record<WorldTask, string[]> {
  return {
    object: subjects.map(({ object }) => object),
    colour: subjects.flatMap(({ object }) => objectKind(object).paint ?? []),
    motion: subjects.map(({ motion }) => motion),
    camera: [camera],
  };
}

/** Films clips of the synthetic world for the network. */
export class World3dExamples {
  readonly #plan: World3dPlan;
  readonly #sprites = new Sprites();

  constructor(plan: World3dPlan) {
    this.#plan = plan;
  }

  /** One clip in the network's shape, and what it shows. */
  async film(name: TakeName): Promise<{ clip: Clip; labels: Labels }> {
    const { frames, size, fps } = this.#plan.network;
    return await this.#filmed(name, { frames, height: size, width: size, fps });
  }

  /** The batch of a step of the stage of pictures, from the step's number alone. */
  async stillsAt(step: number): Promise<World3dStillsArrays> {
    const { network, seed, stills: { batch, phases } } = this.#plan;
    const { size } = network;
    const rng = new Rng(seed).fork(`stills ${step}`);
    const pictures = zeros([batch, 1, size, size, CHANNELS]);
    const targets = emptyTargets(network, batch);
    for (let i = 0; i < batch; i++) {
      // Two moments of a take, up to a second apart, of which one is shown.
      const { clip, labels } = await this.#filmed({
        seed,
        phase: chosen(phases, rng.uniform()),
        split: "train",
        index: step * batch + i,
      }, {
        frames: 2,
        height: size,
        width: size,
        fps: 1 / (1 - rng.uniform()),
      });
      disturb(clip, rng);
      const half = clip.data.length / 2;
      const moment = rng.integer(2) * half;
      pictures.data.set(clip.data.subarray(moment, moment + half), i * half);
      answer(targets, network, i, answersOf(labels));
    }
    const { object, colour } = targets;
    return { pictures, targets: { object, colour } };
  }

  /** The batch of a step of the stage of clips, from the step's number alone. */
  async clipsAt(step: number): Promise<World3dArrays> {
    const { network, seed, clips: { batch, phases, stills } } = this.#plan;
    const { frames, size } = network;
    const rng = new Rng(seed).fork(`clips ${step}`);
    const clips = zeros([batch, frames, size, size, CHANNELS]);
    const targets = emptyTargets(network, batch);
    for (let i = 0; i < batch; i++) {
      const { clip, labels } = await this.film({
        seed,
        phase: chosen(phases, rng.uniform()),
        split: "train",
        index: CLIPS_BEGIN + step * batch + i,
      });
      disturb(clip, rng);
      clips.data.set(clip.data, i * clip.data.length);
      answer(targets, network, i, answersOf(labels));
    }
    return {
      clips,
      stills: int32([stills], spread(frames, stills, rng)),
      targets,
    };
  }

  async #filmed(
    name: TakeName,
    shape: ClipShape,
  ): Promise<{ clip: Clip; labels: Labels }> {
    const take = planTake(name);
    return {
      clip: await filmTake(take, shape, this.#sprites),
      labels: take.labels,
    };
  }
}

/** Takes from here on are for the stage of clips: the other has seen those before. */
const CLIPS_BEGIN = 1e7;

function chosen<T>(
  shares: readonly (readonly [T, number])[],
  at: number,
): T {
  let sum = 0;
  return (shares.find(([, share]) => at < (sum += share)) ?? shares.at(-1)!)[0];
}

/** One frame at random out of each of `count` equal parts. */
function spread(frames: number, count: number, rng: Rng): number[] {
  return Array.from(
    { length: count },
    (_, i) => Math.floor((i + rng.uniform()) * frames / count),
  );
}

type Targets = Record<WorldTask, NdArray<"float32">>;

function emptyTargets({ classes }: World3dConfig, batch: number): Targets {
  return Object.fromEntries(
    WORLD_TASKS.map((task) => [task, zeros([batch, classes[task].length])]),
  ) as Targets;
}

/** Fills one row of the targets; several answers share it evenly. */
function answer(
  targets: Targets,
  { classes }: World3dConfig,
  row: number,
  answers: Record<WorldTask, string[]>,
): void {
  for (const task of WORLD_TASKS) {
    const names = classes[task];
    for (const name of answers[task]) {
      const at = row * names.length + names.indexOf(name);
      targets[task].data[at]! += 1 / answers[task].length;
    }
  }
}
