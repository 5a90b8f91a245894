import type { FeatureRows } from "../distribution/mod.ts";
import { nearestMeanJudge } from "./nearest_mean.ts";
import type { LabelScore } from "./result.ts";

/** Labels of a clip by their columns: `{ place: "carpet" }`. */
export type ClipLabels = Readonly<Record<string, string>>;

/** A set of clips as features, with the labels that they show or ought to show. */
export interface LabelledRows {
  readonly rows: FeatureRows;
  readonly labels: readonly ClipLabels[];
}

/** Most classes of a label: columns of more are numbers or names. */
const MOST_CLASSES = 20;
/** Least training clips of a class. */
const LEAST_CLIPS = 2;

/**
 * Columns by which clips can be told apart: 2 to 20 values, of which every clip
 * has one that several share.
 *
 * @example
 * ```ts
 * import { labelColumns } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const labels = ["a", "a", "b", "b"].map((place, i) => ({ place, name: `${i}` }));
 * assert.deepEqual(labelColumns(labels), ["place"]);
 * ```
 */
export function labelColumns(labels: readonly ClipLabels[]): string[] {
  const columns = new Set(labels.flatMap((own) => Object.keys(own)));
  return [...columns].filter((column) => {
    const counts = new Map<string | undefined, number>();
    for (const { [column]: value } of labels) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return counts.size >= 2 && counts.size <= MOST_CLASSES &&
      !counts.has(undefined) &&
      [...counts.values()].every((count) => count >= LEAST_CLIPS);
  });
}

/**
 * Judges whether sets of clips show their labels, by the nearest mean of the
 * training clips of each class; the accuracy on real clips says what the judge is
 * worth.
 *
 * @param judge Name of the features.
 */
export function judgeLabels(
  judge: string,
  columns: readonly string[],
  training: LabelledRows,
  sets:
    & Readonly<Record<"real", LabelledRows>>
    & Readonly<Partial<Record<"reconstructed" | "generated", LabelledRows>>>,
): LabelScore[] {
  return columns.flatMap((label) => {
    const found = nearestMeanJudge(
      training.rows,
      training.labels.map((own) => own[label]),
    );
    if (!found) return [];
    const scoreOf = ({ rows, labels }: LabelledRows) => {
      const classes: Record<string, { correct: number; total: number }> = {};
      for (const [i, { [label]: value }] of labels.entries()) {
        // A class without training clips cannot be named.
        if (value === undefined || !found.classes.includes(value)) continue;
        const own = classes[value] ??= { correct: 0, total: 0 };
        own.total++;
        const { dimension, values } = rows;
        const row = values.subarray(i * dimension, (i + 1) * dimension);
        if (found.classOf(row) === value) own.correct++;
      }
      const all = Object.values(classes);
      return {
        correct: all.reduce((sum, { correct }) => sum + correct, 0),
        total: all.reduce((sum, { total }) => sum + total, 0),
        classes,
      };
    };
    const { real, reconstructed, generated } = sets;
    return [{
      label,
      judge,
      real: scoreOf(real),
      ...(reconstructed && { reconstructed: scoreOf(reconstructed) }),
      ...(generated && { generated: scoreOf(generated) }),
    }];
  });
}
