import type * as tf from "@tensorflow/tfjs-core";
import {
  type Device,
  disposeState,
  jitWithState,
  uploadState,
} from "../../compiler/mod.ts";
import {
  CHANNELS,
  type NdArray,
  type Progress,
  zeros,
} from "../../core/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import {
  world3d,
  type World3dParameters,
  WORLD_TASKS,
  type WorldTask,
} from "../../evaluation/world3d/mod.ts";
import { answersOf, World3dExamples } from "./examples.ts";
import type { World3dPlan } from "./plan.ts";

/** Share of right answers of each task, in [0,1]; null where no clip had an answer. */
export type Accuracies = Record<WorldTask, number | null>;

/** Clips that go through the network together. */
const BATCH = 32;

/**
 * Measures the network on clips that training never shows: the share of clips
 * whose likeliest answer is one of the right ones.
 *
 * @param count Clips, the first of the phase's validation split.
 */
export async function heldOutAccuracy(
  parameters: World3dParameters,
  plan: World3dPlan,
  phase: Phase,
  count: number,
  { device, progress }: { device: Device; progress: Progress },
): Promise<Accuracies> {
  const { network } = plan;
  const examples = new World3dExamples(plan);
  const state = await uploadState(device, parameters);
  using held = new DisposableStack();
  held.defer(() => disposeState(state));
  using answer = jitWithState(
    (p, { clips }: { clips: tf.Tensor }) => ({
      outputs: world3d(p, clips, network).logits,
    }),
    state,
    { device, name: "world3d answers" },
  );
  using task = progress.start({
    label: `phase ${phase}, held out`,
    total: count,
    unit: "clips",
  });
  const right = new Map<WorldTask, number>();
  const asked = new Map<WorldTask, number>();
  for (let from = 0; from < count; from += BATCH) {
    const clips = zeros([
      BATCH,
      network.frames,
      network.size,
      network.size,
      CHANNELS,
    ]);
    const answers = [];
    for (let i = 0; i < BATCH && from + i < count; i++) {
      const { clip, labels } = await examples.film({
        seed: plan.seed,
        phase,
        split: "validation",
        index: from + i,
      });
      clips.data.set(clip.data, i * clip.data.length);
      answers.push(answersOf(labels));
    }
    const logits = await answer.run({ clips }) as Record<
      WorldTask,
      NdArray
    >;
    for (const [i, wanted] of answers.entries()) {
      for (const name of WORLD_TASKS) {
        if (wanted[name].length === 0) continue;
        const likeliest = network.classes[name][rowMaximum(logits[name], i)]!;
        add(asked, name, 1);
        add(right, name, Number(wanted[name].includes(likeliest)));
      }
    }
    task.update(Math.min(count, from + BATCH));
  }
  return Object.fromEntries(
    WORLD_TASKS.map((name) => [
      name,
      asked.has(name) ? right.get(name)! / asked.get(name)! : null,
    ]),
  ) as Accuracies;
}

function add<K>(counts: Map<K, number>, key: K, value: number): void {
  counts.set(key, (counts.get(key) ?? 0) + value);
}

/** Index of the largest value of a row of `[B,K]`. */
function rowMaximum({ shape, data }: NdArray, row: number): number {
  const classes = shape[1]!;
  let best = 0;
  for (let k = 1; k < classes; k++) {
    if (data[row * classes + k]! > data[row * classes + best]!) best = k;
  }
  return best;
}
