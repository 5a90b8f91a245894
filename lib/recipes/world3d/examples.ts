import {
  CHANNELS,
  type Clip,
  int32,
  type NdArray,
  Rng,
  zeros,
} from "../../core/mod.ts";
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
  WORLD_TASKS,
  type WorldTask,
} from "../../evaluation/world3d/mod.ts";
import type { MapLeaves } from "../../core/mod.ts";
import type * as tf from "@tensorflow/tfjs-core";
import { disturb } from "./disturb.ts";
import type { World3dPlan } from "./plan.ts";

/** A batch as arrays. */
export type World3dArrays = MapLeaves<World3dBatch, tf.Tensor, NdArray>;

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
    const take = planTake(name);
    const shape = { frames, height: size, width: size, fps };
    return {
      clip: await filmTake(take, shape, this.#sprites),
      labels: take.labels,
    };
  }

  /** The batch of a training step, from the step's number alone. */
  async batchAt(step: number): Promise<World3dArrays> {
    const { batch, network, phases, seed, stills } = this.#plan;
    const { frames, size } = network;
    const rng = new Rng(seed).fork(`step ${step}`);
    const clips = zeros([batch, frames, size, size, CHANNELS]);
    const targets = emptyTargets(network, batch);
    for (let i = 0; i < batch; i++) {
      const { clip, labels } = await this.film({
        seed,
        phase: chosen(phases, rng.uniform()),
        split: "train",
        index: step * batch + i,
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
}

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
