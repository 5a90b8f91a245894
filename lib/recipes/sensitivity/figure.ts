import { staticPlot } from "../../notebook/mod.ts";
import { STRENGTHS } from "../world3d/sensitivity.ts";

/** How FWD grows with each damage, as an SVG picture. */
export function sensitivityFigure(
  found: Readonly<Record<string, readonly number[]>>,
  clips: number,
): string {
  return staticPlot({
    title:
      `FWD between ${clips} real clips and ${clips} others that were spoilt`,
    xLabel: "strength: noise of 0.2, 12 blurs, all frames shuffled, " +
      "all clips reversed at 1",
    yLabel: "FWD",
    logY: true,
    series: Object.entries(found).map(([name, y]) => ({
      name,
      x: [...STRENGTHS],
      y,
    })),
  });
}
