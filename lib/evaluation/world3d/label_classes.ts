import { type Labels, objectKind } from "../../dataset/vocabulary/mod.ts";
import { WORLD_TASKS, type WorldTask } from "./config.ts";

/** The correct classes of a clip for each task; none where its labels name none. */
export function classesOf(
  { subjects, camera }: Labels,
): Record<WorldTask, string[]> {
  return {
    object: subjects.map(({ object }) => object),
    colour: subjects.flatMap(({ object }) => objectKind(object).paint ?? []),
    // The one motion that the network gives a clip is of no certain subject.
    motion: subjects.length === 1 ? [subjects[0]!.motion] : [],
    camera: [camera],
  };
}

/** Whether predicted classes are correct; null where the labels name none. */
export function correctClasses(
  labels: Labels,
  predicted: Readonly<Record<WorldTask, string>>,
): Record<WorldTask, boolean | null> {
  const correct = classesOf(labels);
  return Object.fromEntries(
    WORLD_TASKS.map((task) => [
      task,
      correct[task].length > 0 ? correct[task].includes(predicted[task]) : null,
    ]),
  ) as Record<WorldTask, boolean | null>;
}
