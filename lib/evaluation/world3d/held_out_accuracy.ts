import type { Progress } from "../../core/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { WORLD_TASKS, type WorldTask } from "./config.ts";
import type { LabelledClip, World3dExamples } from "./examples.ts";
import { correctClasses } from "./label_classes.ts";
import type { World3dNetwork } from "./open.ts";

/** Share of correct predictions of each task, in [0,1]; null where no label names a class. */
export type Accuracies = Record<WorldTask, number | null>;

/**
 * Accuracy of a network on held-out clips: a prediction is correct if it is the
 * class of one of the subjects.
 *
 * @param count Clips, the first of the phase's validation split.
 */
export async function heldOutAccuracy(
  network: World3dNetwork,
  examples: World3dExamples,
  phase: Phase,
  count: number,
  progress: Progress,
): Promise<Accuracies> {
  using task = progress.start({
    label: `phase ${phase}, held out`,
    total: count,
    unit: "clips",
  });
  const found: Record<WorldTask, boolean | null>[] = [];
  for (let from = 0; from < count; from += network.batch) {
    const held: LabelledClip[] = [];
    for (let i = from; i < Math.min(count, from + network.batch); i++) {
      held.push(await examples.heldOut(phase, i));
    }
    const predictions = await network.predict(held.map(({ clip }) => clip));
    predictions.forEach(({ classes }, i) =>
      found.push(correctClasses(held[i]!.labels, classes))
    );
    task.update(from + held.length);
  }
  return Object.fromEntries(
    WORLD_TASKS.map((name) => {
      const named = found.map((one) => one[name]).filter((x) => x !== null);
      const correct = named.filter(Boolean).length;
      return [name, named.length > 0 ? correct / named.length : null];
    }),
  ) as Accuracies;
}
