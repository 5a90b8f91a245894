import {
  QUESTIONS,
  type Score,
  type Scores,
  scoreText,
  sumOfScores,
} from "../../evaluation/mod.ts";
import { distanceText, short } from "../metrics/result_text.ts";
import type { Evaluation, PhaseResult } from "./evaluation.ts";
import type { Naming, PromptResults } from "./prompt_results.ts";

/** An evaluation as lines for people. */
export function evaluationText(
  { model, phases, prompts, drawn }: Evaluation,
): string {
  return [
    `${model}: ${drawn.clips} clips, drawn in ${drawn.seconds.toFixed(0)} s`,
    ...phases.map(phaseText),
    ...(prompts ? [promptsText(prompts)] : []),
  ].join("\n");
}

function phaseText(
  { phase, reconstruction, heldOutLoss, distances, adherence }: PhaseResult,
): string {
  return [
    `phase ${phase}: VAE ${short(reconstruction.psnr)} dB, SSIM ${
      short(reconstruction.ssim)
    }; held-out loss ${short(heldOutLoss.mean)}`,
    ...distances.map(distanceText),
    ...comparison(adherence.generated, adherence.real),
  ].join("\n");
}

function promptsText(
  { forms, ceiling, decoded, languages, objects }: PromptResults,
): string {
  return [
    ...forms.flatMap(({ example, scores }) => [
      `prompts like "${example}"`,
      ...comparison(scores, ceiling),
    ]),
    ...languagesText(languages, ceiling),
    ...(decoded.object
      ? [`real clips of them through the VAE: ${scoresText(decoded)}`]
      : []),
    ...(objects.real.object
      ? [
        `named objects: ${scoreText(objects.generated.object)}; real clips ${
          scoreText(objects.real.object)
        }; through the VAE: ${scoreText(objects.decoded.object)}`,
      ]
      : []),
    ...(objects.naming ? [namingText(objects.naming)] : []),
  ].join("\n");
}

/** What the names are worth, as a line for people. */
function namingText({ own, other }: Naming): string {
  return `held-out loss of real clips of them under their own names ${
    own.toFixed(4)
  }, under others ${other.toFixed(4)}`;
}

function scoresText(scores: Scores): string {
  return QUESTIONS.filter((question) => scores[question])
    .map((question) => `${question} ${scoreText(scores[question])}`)
    .join(", ");
}

function comparison(generated: Scores, real: Scores): string[] {
  return QUESTIONS.filter((question) => generated[question]).map((question) =>
    `  ${question}: ${scoreText(generated[question])}; real clips ${
      scoreText(real[question])
    }`
  );
}

/** Languages that are told apart in a line of text. */
const LISTED = 6;

function languagesText(
  languages: PromptResults["languages"],
  ceiling: Scores,
): string[] {
  const entries = Object.entries(languages);
  if (entries.length === 0) return [];
  const ranked = entries
    .map(([language, scores]) => ({ language, score: byGeometry(scores) }))
    .sort((a, b) => shareOf(a.score) - shareOf(b.score));
  const all = sumOfScores(Object.values(languages));
  return [
    `the same in ${entries.length} languages, both forms`,
    ...comparison(all, ceiling),
    `  direction and hue together: ${scoreText(byGeometry(all))}; worst ${
      ranked.slice(0, LISTED).map(({ language, score }) =>
        `${language} ${(100 * shareOf(score)).toFixed(0)} %`
      ).join(", ")
    }`,
  ];
}

/** Right answers to what geometry alone judges, direction and hue together. */
export function byGeometry({ direction, hue }: Scores): Score {
  const scores = [direction, hue].filter((score) => score !== undefined);
  return {
    right: scores.reduce((sum, { right }) => sum + right, 0),
    asked: scores.reduce((sum, { asked }) => sum + asked, 0),
  };
}

function shareOf({ right, asked }: Score): number {
  return asked === 0 ? NaN : right / asked;
}
