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
import type { Labels, Phase } from "../../dataset/vocabulary/mod.ts";
import type * as tf from "@tensorflow/tfjs-core";
import {
  shapeOf,
  type World3dConfig,
  WORLD_TASKS,
  type WorldTask,
} from "./config.ts";
import { disturb } from "./disturb.ts";
import { classesOf } from "./label_classes.ts";
import type { AppearanceBatch, MotionBatch } from "./loss.ts";

/** Batches as arrays. */
type MotionArrays = MapLeaves<MotionBatch, tf.Tensor, NdArray>;
type AppearanceArrays = MapLeaves<AppearanceBatch, tf.Tensor, NdArray>;

/** Examples of one stage of the training. */
export interface ExampleStage {
  /** Clips, or pictures, in a step. */
  readonly batch: number;
  /** Share of the examples from each phase; the shares sum to 1. */
  readonly phases: readonly (readonly [phase: Phase, share: number])[];
}

/** Plan of the examples of a training. */
export interface ExamplePlan {
  readonly network: World3dConfig;
  readonly appearance: ExampleStage;
  readonly motion: ExampleStage;
  readonly seed: number;
}

/** A clip in the network's shape, and its labels. */
export interface LabelledClip {
  readonly clip: Clip;
  readonly labels: Labels;
}

/** Labelled clips of the synthetic world, in the shape of a network. */
export class World3dExamples {
  readonly #plan: ExamplePlan;
  readonly #sprites = new Sprites();

  constructor(plan: ExamplePlan) {
    this.#plan = plan;
  }

  /** A clip of the validation split. */
  heldOut(phase: Phase, index: number): Promise<LabelledClip> {
    const { seed } = this.#plan;
    return this.#render({ seed, phase, split: "validation", index });
  }

  /**
   * Indices of held-out clips of phase 1 whose motion differs from its reverse:
   * the world as a whole is the same forwards and backwards.
   */
  oneWay(count: number): number[] {
    const { seed } = this.#plan;
    const indices: number[] = [];
    for (let index = 0; indices.length < count; index++) {
      const key = { seed, phase: 1, split: "validation", index } as const;
      const { motion } = sceneSpec(key).labels.subjects[0]!;
      if (ONE_WAY.includes(motion)) indices.push(index);
    }
    return indices;
  }

  /** The batch of a step of the stage of appearance; it depends on the step's number alone. */
  async picturesAt(step: number): Promise<AppearanceArrays> {
    const { network, seed, appearance: { batch, phases } } = this.#plan;
    const { size } = network;
    const rng = new Rng(seed).fork(`pictures ${step}`);
    const pictures = zeros([batch, 1, size, size, CHANNELS]);
    const targets = emptyTargets(network, batch);
    for (let i = 0; i < batch; i++) {
      // One of several moments of a scene, up to 1.5 seconds apart, so that
      // subjects are turned and grown as far as in clips.
      const { clip, labels } = await this.#render({
        seed,
        phase: choose(phases, rng.uniform()),
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
      setTargets(targets, network, i, labels);
    }
    const { object, colour } = targets;
    return { pictures, targets: { object, colour } };
  }

  /** The batch of a step of the stage of motion; it depends on the step's number alone. */
  async clipsAt(step: number): Promise<MotionArrays> {
    const { network, seed, motion: { batch, phases } } = this.#plan;
    const { frames, size } = network;
    const rng = new Rng(seed).fork(`clips ${step}`);
    const clips = zeros([batch, frames, size, size, CHANNELS]);
    const targets = emptyTargets(network, batch);
    for (let i = 0; i < batch; i++) {
      const { clip, labels } = await this.#render({
        seed,
        phase: choose(phases, rng.uniform()),
        split: "train",
        index: CLIPS_BEGIN + step * batch + i,
      });
      disturb(clip, rng);
      clips.data.set(clip.data, i * clip.data.length);
      setTargets(targets, network, i, labels);
    }
    const { motion, camera } = targets;
    return { clips, targets: { motion, camera } };
  }

  async #render(
    key: SceneKey,
    shape: ClipShape = shapeOf(this.#plan.network),
  ): Promise<LabelledClip> {
    const scene = sceneSpec(key);
    const clip = await renderScene(scene, shape, this.#sprites);
    return { clip, labels: scene.labels };
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

/** Moments of a scene from which a picture is chosen. */
const MOMENTS = 4;

/** First scene of the stage of motion; pictures are of earlier ones. */
const CLIPS_BEGIN = 1e7;

function choose<T>(
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

/** Fills one row of the targets; several classes share it evenly. */
function setTargets(
  targets: Targets,
  { classes }: World3dConfig,
  row: number,
  labels: Labels,
): void {
  const correct = classesOf(labels);
  for (const task of WORLD_TASKS) {
    const names = classes[task];
    for (const name of correct[task]) {
      const at = row * names.length + names.indexOf(name);
      targets[task].data[at]! += 1 / correct[task].length;
    }
  }
}
