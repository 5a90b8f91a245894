import {
  ATTRIBUTES,
  type Evaluation,
  type Scores,
  shareInterval,
  sumOfScores,
} from "../../evaluation/mod.ts";
import type { VideoFindings } from "../evaluate/mod.ts";

/** A figure of a model, as releases are compared by it. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  /** Half of the 95 % interval; 0 for a figure of the same clips and noise each time. */
  readonly margin: number;
  readonly better: "higher" | "lower";
}

/** Standard deviations of a 95 % interval. */
const SIGMAS = 1.96;

/** The metrics of an evaluation on the synthetic world. */
export function metricsOf({ prompts, phases }: Evaluation): Metric[] {
  return [
    ...(prompts
      ? [
        ...prompts.forms.flatMap(({ example, scores }) =>
          shares(`"${example}"`, scores)
        ),
        ...shares(
          "all languages",
          sumOfScores(Object.values(prompts.languages)),
        ),
        ...shares("named objects", prompts.objects.generated),
      ]
      : []),
    ...phases.flatMap(({ phase, reconstruction, heldOutLoss, distances }) => [
      // None where the VAE changes nothing.
      ...(reconstruction.psnr === null ? [] : [metric(
        `phase ${phase}, VAE PSNR`,
        reconstruction.psnr,
        SIGMAS * reconstruction.psnrError,
      )]),
      metric(`phase ${phase}, VAE SSIM`, reconstruction.ssim),
      {
        ...metric(`phase ${phase}, held-out loss`, heldOutLoss.mean),
        better: "lower" as const,
      },
      ...distances.map(({ metric: name, frechet, spread }) => ({
        ...metric(`phase ${phase}, ${name}`, frechet, SIGMAS * (spread ?? 0)),
        better: "lower" as const,
      })),
    ]),
  ];
}

/**
 * The metrics of an evaluation on held-out video: reconstruction, held-out loss,
 * distances from the real clips, and the shares of generated clips that show
 * their labels, by each judge.
 */
export function videoMetricsOf(
  { result: { reconstruction, distances, labels = [] }, reading }: Pick<
    VideoFindings,
    "result" | "reading"
  >,
): Metric[] {
  return [
    ...(reconstruction
      ? [
        ...counted("VAE PSNR", reconstruction.psnr),
        ...counted("VAE SSIM", reconstruction.ssim),
      ]
      : []),
    {
      ...metric("held-out loss", reading.heldOutLoss),
      better: "lower" as const,
    },
    ...(distances.generated ?? []).map((
      { metric: name, frechet, spread },
    ) => ({
      ...metric(name, frechet, SIGMAS * (spread ?? 0)),
      better: "lower" as const,
    })),
    ...labels.flatMap(({ label, judge, generated }) =>
      generated && generated.total > 0
        ? [share(`${label} by ${judge}`, generated)]
        : []
    ),
  ];
}

/** A mean over clips, with the 95 % interval of the mean; none where all clips are exact. */
function counted(
  name: string,
  { mean, std, clips }: {
    readonly mean: number | null;
    readonly std: number | null;
    readonly clips: number;
  },
): Metric[] {
  if (mean === null) return [];
  return [metric(name, mean, SIGMAS * (std ?? 0) / Math.sqrt(clips))];
}

function metric(name: string, value: number, margin = 0): Metric {
  return { name, value, margin, better: "higher" };
}

/** Shares of clips that show what their prompts name. */
function shares(prompts: string, scores: Scores): Metric[] {
  return ATTRIBUTES.flatMap((attribute) => {
    const score = scores[attribute];
    if (!score || score.total === 0) return [];
    return [share(`${prompts}, ${attribute}`, score)];
  });
}

/** A share of clips with its Wilson interval. */
function share(
  name: string,
  score: { readonly correct: number; readonly total: number },
): Metric {
  const { low, high } = shareInterval(score);
  return metric(name, score.correct / score.total, (high - low) / 2);
}
