import type { Evaluation, PhaseResult } from "../../evaluation/mod.ts";
import type { Curve } from "../../trainer/report/mod.ts";

/** Goal of the FVD. */
export const FVD_GOAL = 35;

/** The curves of a report: by checkpoint, by number of clips, by sigma. */
export function reportCurves(evaluations: readonly Evaluation[]): Curve[] {
  const { phases } = evaluations.at(-1)!;
  return [
    ...checkpointsCurve(evaluations),
    ...phases.flatMap(countCurves),
    {
      title: "Held-out loss by sigma",
      xLabel: "noise level sigma, 0 (clean) to 1 (noise)",
      yLabel: "loss (mean squared error)",
      series: phases.map(({ phase, heldOutLoss: { bySigma } }) => ({
        name: `phase ${phase}`,
        x: Object.keys(bySigma).map(Number),
        y: Object.values(bySigma),
      })),
    },
  ];
}

/** Distances by checkpoint, where there is more than one. */
function checkpointsCurve(evaluations: readonly Evaluation[]): Curve[] {
  if (evaluations.length < 2) return [];
  const x = evaluations.map(({ trainedPhase }) => trainedPhase);
  const { phases } = evaluations[0]!;
  return phases[0]!.distances.map(({ metric }, d) => ({
    title: `${metric} by checkpoint`,
    xLabel: "trained up to phase",
    yLabel: metric,
    series: [
      ...phases.map(({ phase }, p) => ({
        name: `captions of phase ${phase}`,
        x,
        y: evaluations.map(({ phases }) => phases[p]!.distances[d]!.frechet),
      })),
      ...(metric === "FVD"
        ? [{ name: "goal", x, y: x.map(() => FVD_GOAL) }]
        : []),
    ],
  }));
}

/** Each distance against the number of clips. */
function countCurves({ phase, distances }: PhaseResult): Curve[] {
  return distances.flatMap(({ metric, curve }): Curve[] =>
    curve
      ? [{
        title: `${metric} against the number of clips, phase ${phase}`,
        xLabel: "1 / number of clips (0 is infinity)",
        yLabel: metric,
        series: [
          {
            name: "measured",
            x: curve.points.map(({ n }) => 1 / n),
            y: curve.points.map(({ value }) => value),
          },
          {
            name: "line to infinity",
            x: [0, 1 / curve.points.at(-1)!.n],
            y: [curve.limit, curve.points.at(-1)!.value],
          },
        ],
      }]
      : []
  );
}
