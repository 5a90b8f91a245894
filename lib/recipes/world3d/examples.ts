import {
  CHANNELS,
  type Clip,
  type MapLeaves,
  type NdArray,
  Rng,
  zeros,
} from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import {
  renderScene,
  type SceneKey,
  sceneSpec,
  Sprites,
} from "../../dataset/synthetic/mod.ts";
import { type Labels, objectKind } from "../../dataset/vocabulary/mod.ts";
import {
  type AppearanceBatch,
  type MotionBatch,
  type World3dConfig,
  WORLD_TASKS,
  type WorldTask,
} from "../../evaluation/world3d/mod.ts";
import type * as tf from "@tensorflow/tfjs-core";
import { disturb } from "./disturb.ts";
import type { World3dPlan } from "./plan.ts";

/** Batches as arrays. */
export type MotionArrays = MapLeaves<MotionBatch, tf.Tensor, NdArray>;
export type AppearanceArrays = MapLeaves<
  AppearanceBatch,
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
    // Which of several motions a clip is asked for, nobody could tell.
    motion: subjects.length === 1 ? [subjects[0]!.motion] : [],
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
  async film(name: SceneKey): Promise<{ clip: Clip; labels: Labels }> {
    const { frames, size, fps } = this.#plan.network;
    return await this.#filmed(name, { frames, height: size, width: size, fps });
  }

  /**
   * Held-out takes of phase 1 that another way round are something else: the
   * world as a whole is the same forwards and backwards.
   */
  oneWay(count: number): SceneKey[] {
    const { seed } = this.#plan;
    const takes: SceneKey[] = [];
    for (let index = 0; takes.length < count; index++) {
      const name = { seed, phase: 1, split: "validation", index } as const;
      const { motion } = sceneSpec(name).labels.subjects[0]!;
      if (ONE_WAY.includes(motion)) takes.push(name);
    }
    return takes;
  }

  /** The batch of a step of the stage of appearance, from the step's number alone. */
  async picturesAt(step: number): Promise<AppearanceArrays> {
    const { network, seed, appearance: { batch, phases } } = this.#plan;
    const { size } = network;
    const rng = new Rng(seed).fork(`pictures ${step}`);
    const pictures = zeros([batch, 1, size, size, CHANNELS]);
    const targets = emptyTargets(network, batch);
    for (let i = 0; i < batch; i++) {
      // Moments of a take, up to 1.5 seconds apart: turned and grown as far as
      // clips show it. One of them is shown.
      const { clip, labels } = await this.#filmed({
        seed,
        phase: chosen(phases, rng.uniform()),
        split: "train",
        index: step * batch + i,
      }, {
        frames: MOMENTS,
        height: size,
        width: size,
        fps: MOMENTS / 2 / (1 - rng.uniform()),
      });
      disturb(clip, rng);
      const values = clip.data.length / MOMENTS;
      const moment = rng.integer(MOMENTS) * values;
      pictures.data.set(
        clip.data.subarray(moment, moment + values),
        i * values,
      );
      answer(targets, network, i, answersOf(labels));
    }
    const { object, colour } = targets;
    return { pictures, targets: { object, colour } };
  }

  /** The batch of a step of the stage of motion, from the step's number alone. */
  async clipsAt(step: number): Promise<MotionArrays> {
    const { network, seed, motion: { batch, phases } } = this.#plan;
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
    const { motion, camera } = targets;
    return { clips, targets: { motion, camera } };
  }

  async #filmed(
    name: SceneKey,
    shape: ClipShape,
  ): Promise<{ clip: Clip; labels: Labels }> {
    const take = sceneSpec(name);
    return {
      clip: await renderScene(take, shape, this.#sprites),
      labels: take.labels,
    };
  }
}

/** Motions whose reverse is not among them. */
const ONE_WAY: readonly string[] = [
  "right",
  "up",
  "up-right",
  "down-right",
  "clockwise",
  "growing",
];

/** Moments of a take, of which a picture shows one. */
const MOMENTS = 4;

/** Takes from here on are for the stage of motion, apart from those of pictures. */
const CLIPS_BEGIN = 1e7;

function chosen<T>(
  shares: readonly (readonly [T, number])[],
  at: number,
): T {
  let sum = 0;
  return (shares.find(([, share]) => at < (sum += share)) ?? shares.at(-1)!)[0];
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
