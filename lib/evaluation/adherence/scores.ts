/** Attributes of a clip that a prompt may name: the first three by world3d, the others by geometry. */
export const ATTRIBUTES = [
  "object",
  "colour",
  "motion",
  "direction",
  "hue",
  "one subject",
] as const;

/** Name of an attribute. */
export type Attribute = typeof ATTRIBUTES[number];

/** Clips that show an attribute, of all whose prompt names it. */
export interface Score {
  readonly correct: number;
  readonly total: number;
}

/** Scores by attribute; an attribute that no prompt names is missing. */
export type Scores = Readonly<Partial<Record<Attribute, Score>>>;

/**
 * Scores of one clip; an attribute that is null or missing does not count.
 */
export function scoresOf(
  shown: Readonly<Partial<Record<Attribute, boolean | null>>>,
): Scores {
  return Object.fromEntries(
    ATTRIBUTES.filter((attribute) => (shown[attribute] ?? null) !== null)
      .map((attribute) => [
        attribute,
        { correct: Number(shown[attribute]), total: 1 },
      ]),
  );
}

/**
 * Sum of scores.
 */
export function sumOfScores(all: Iterable<Scores>): Scores {
  const sums: Partial<Record<Attribute, Score>> = {};
  for (const scores of all) {
    for (const attribute of ATTRIBUTES) {
      const score = scores[attribute];
      if (!score) continue;
      const { correct, total } = sums[attribute] ?? { correct: 0, total: 0 };
      sums[attribute] = {
        correct: correct + score.correct,
        total: total + score.total,
      };
    }
  }
  return sums;
}

/**
 * A score in percent with its 95 % interval (Wilson 1927), as text.
 *
 * @example
 * ```ts
 * import { scoreText } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(scoreText({ correct: 9, total: 10 }), "90.0 % (60-98, n 10)");
 * assert.equal(scoreText(undefined), "-");
 * ```
 */
export function scoreText(score: Score | undefined): string {
  if (!score || score.total === 0) return "-";
  const { correct, total: n } = score;
  const { low, high } = shareInterval(score);
  const percent = (share: number): string => (100 * share).toFixed(0);
  return `${(100 * correct / n).toFixed(1)} % (${percent(low)}-${
    percent(high)
  }, n ${n})`;
}

/** The 95 % interval of a share, of a score that is not empty (Wilson 1927). */
export function shareInterval(
  { correct, total: n }: Score,
): { readonly low: number; readonly high: number } {
  const [share, z] = [correct / n, 1.96];
  const centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  const reach = z / (1 + z * z / n) *
    Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {
    low: Math.max(0, centre - reach),
    high: Math.min(1, centre + reach),
  };
}
