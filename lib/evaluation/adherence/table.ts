/** What is asked of a clip: the first three by world3d, the last two by geometry. */
export const QUESTIONS = [
  "object",
  "colour",
  "motion",
  "direction",
  "hue",
] as const;

/** One of them. */
export type Question = typeof QUESTIONS[number];

/** How often clips showed what was asked. */
export interface Score {
  readonly right: number;
  readonly asked: number;
}

/** Scores by question; a question that was never asked is missing. */
export type Scores = Readonly<Partial<Record<Question, Score>>>;

/**
 * Right answers of clips by the language of their prompts.
 *
 * @example
 * ```ts
 * import { AdherenceTable } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const table = new AdherenceTable();
 * table.add("en", { object: true, hue: null }); // the prompt named no colour
 * table.add("en", { object: false, hue: true });
 * assert.deepEqual(table.scores, {
 *   en: { object: { right: 1, asked: 2 }, hue: { right: 1, asked: 1 } },
 * });
 * ```
 */
export class AdherenceTable {
  readonly #rows = new Map<string, Map<Question, Score>>();

  /** Notes whether a clip showed what its prompt asked; null where it did not ask. */
  add(
    language: string,
    answers: Readonly<Partial<Record<Question, boolean | null>>>,
  ): void {
    let row = this.#rows.get(language);
    if (!row) this.#rows.set(language, row = new Map());
    for (const question of QUESTIONS) {
      const answer = answers[question];
      if (answer === undefined || answer === null) continue;
      const { right, asked } = row.get(question) ?? { right: 0, asked: 0 };
      row.set(question, { right: right + Number(answer), asked: asked + 1 });
    }
  }

  /** Scores of each language, in the order in which they came; plain data. */
  get scores(): Readonly<Record<string, Scores>> {
    return Object.fromEntries(
      [...this.#rows].map(([language, row]) => [
        language,
        Object.fromEntries(row),
      ]),
    );
  }
}

/**
 * Scores added up.
 *
 * @example
 * ```ts
 * import { sumOfScores } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const sum = sumOfScores([{ hue: { right: 1, asked: 2 } }, { hue: { right: 3, asked: 3 } }]);
 * assert.deepEqual(sum, { hue: { right: 4, asked: 5 } });
 * ```
 */
export function sumOfScores(all: Iterable<Scores>): Scores {
  const sums: Partial<Record<Question, Score>> = {};
  for (const scores of all) {
    for (const question of QUESTIONS) {
      const score = scores[question];
      if (!score) continue;
      const { right, asked } = sums[question] ?? { right: 0, asked: 0 };
      sums[question] = {
        right: right + score.right,
        asked: asked + score.asked,
      };
    }
  }
  return sums;
}

/**
 * The share of right answers with its 95 % interval (Wilson 1927), as text:
 * few clips tell little.
 *
 * @example
 * ```ts
 * import { scoreText } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(scoreText({ right: 9, asked: 10 }), "90.0 % (60-98, n 10)");
 * assert.equal(scoreText(undefined), "-");
 * ```
 */
export function scoreText(score: Score | undefined): string {
  if (!score || score.asked === 0) return "-";
  const { right, asked: n } = score;
  const [share, z] = [right / n, 1.96];
  const centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  const reach = z / (1 + z * z / n) *
    Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  const [low, high] = [Math.max(0, centre - reach), centre + reach].map((x) =>
    (100 * x).toFixed(0)
  );
  return `${(100 * share).toFixed(1)} % (${low}-${high}, n ${n})`;
}
