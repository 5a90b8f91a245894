import {
  ATTRIBUTES,
  type Evaluation,
  type PhaseResult,
  type PromptResults,
  type Score,
  type Scores,
  scoreText,
  seamMotionText,
  sumOfScores,
} from "../../evaluation/mod.ts";
import { distanceText, short } from "../metrics/result_text.ts";

/** An evaluation as lines for people. */
export function evaluationText(
  { model, phases, prompts, generated }: Evaluation,
): string {
  return [
    `${model}: ${generated.clips} clips, generated in ${
      generated.seconds.toFixed(0)
    } s`,
    ...phases.flatMap(phaseLines),
    ...(prompts ? promptLines(prompts) : []),
  ].join("\n");
}

function phaseLines(
  { phase, reconstruction, heldOutLoss, distances, adherence, seams }:
    PhaseResult,
): string[] {
  return [
    `phase ${phase}: VAE ${short(reconstruction.psnr)} dB, SSIM ${
      short(reconstruction.ssim)
    }; held-out loss ${short(heldOutLoss.mean)}`,
    ...distances.map(distanceText),
    ...comparison(adherence.generated, adherence.real),
    `  steps across seams of latent frames over those inside: ${
      seamMotionText(seams.generated)
    }; real clips ${seamMotionText(seams.real)}`,
  ];
}

function promptLines(
  { forms, real, reconstructed, languages, objects }: PromptResults,
): string[] {
  const lines = forms.flatMap(({ example, scores }) => [
    `prompts like "${example}"`,
    ...comparison(scores, real),
  ]);
  lines.push(...languageLines(languages, real));
  if (reconstructed.object) {
    const scores = ATTRIBUTES.filter((attribute) => reconstructed[attribute])
      .map((attribute) =>
        `${attribute} ${scoreText(reconstructed[attribute])}`
      );
    lines.push(`real clips of them through the VAE: ${scores.join(", ")}`);
  }
  if (objects.real.object) {
    lines.push(
      `named objects: ${scoreText(objects.generated.object)}; real clips ${
        scoreText(objects.real.object)
      }; through the VAE: ${scoreText(objects.reconstructed.object)}`,
    );
  }
  if (objects.nameLoss) {
    const { own, swapped } = objects.nameLoss;
    lines.push(
      `held-out loss of real clips of them under their own names ${
        own.toFixed(4)
      }, under others ${swapped.toFixed(4)}`,
    );
  }
  return lines;
}

function comparison(generated: Scores, real: Scores): string[] {
  return ATTRIBUTES.filter((attribute) => generated[attribute])
    .map((attribute) =>
      `  ${attribute}: ${scoreText(generated[attribute])}; real clips ${
        scoreText(real[attribute])
      }`
    );
}

/** Worst languages that are named in a line of text. */
const LISTED = 6;

function languageLines(
  languages: PromptResults["languages"],
  real: Scores,
): string[] {
  const entries = Object.entries(languages);
  if (entries.length === 0) return [];
  const worst = entries
    .map(([language, scores]) => {
      const { correct, total } = byGeometry(scores);
      return { language, share: total === 0 ? NaN : correct / total };
    })
    .sort((a, b) => a.share - b.share)
    .slice(0, LISTED);
  const all = sumOfScores(Object.values(languages));
  return [
    `the same in ${entries.length} languages, both forms`,
    ...comparison(all, real),
    `  direction and hue together: ${scoreText(byGeometry(all))}; worst ${
      worst.map(({ language, share }) =>
        `${language} ${(100 * share).toFixed(0)} %`
      ).join(", ")
    }`,
  ];
}

/** Direction and hue together: the attributes that need no network. */
export function byGeometry({ direction, hue }: Scores): Score {
  const scores = [direction, hue].filter((score) => score !== undefined);
  return {
    correct: scores.reduce((sum, { correct }) => sum + correct, 0),
    total: scores.reduce((sum, { total }) => sum + total, 0),
  };
}
