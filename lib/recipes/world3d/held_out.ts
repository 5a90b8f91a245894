import type { Device } from "../../compiler/mod.ts";
import type { Progress } from "../../core/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import {
  openWorld3d,
  type World3dParameters,
  WORLD_TASKS,
  type WorldTask,
} from "../../evaluation/world3d/mod.ts";
import { answersOf, World3dExamples } from "./examples.ts";
import type { World3dPlan } from "./plan.ts";

/** Share of right answers of each task, in [0,1]; null where no clip had an answer. */
export type Accuracies = Record<WorldTask, number | null>;

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
  const examples = new World3dExamples(plan);
  using network = await openWorld3d(device, {
    config: plan.network,
    parameters,
    digest: "in training",
  });
  using task = progress.start({
    label: `phase ${phase}, held out`,
    total: count,
    unit: "clips",
  });
  const right = new Map<WorldTask, number>();
  const asked = new Map<WorldTask, number>();
  for (let from = 0; from < count; from += network.batch) {
    const clips = [];
    const wanted = [];
    for (let i = from; i < Math.min(count, from + network.batch); i++) {
      const { clip, labels } = await examples.film({
        seed: plan.seed,
        phase,
        split: "validation",
        index: i,
      });
      clips.push(clip);
      wanted.push(answersOf(labels));
    }
    const views = await network.predict(clips);
    for (const [i, { classes }] of views.entries()) {
      for (const name of WORLD_TASKS) {
        if (wanted[i]![name].length === 0) continue;
        add(asked, name, 1);
        add(right, name, Number(wanted[i]![name].includes(classes[name])));
      }
    }
    task.update(from + clips.length);
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
