import {
  type DistributionDistance,
  type FeatureSetting,
  seamMotionText,
} from "../../evaluation/mod.ts";
import { tableBundle } from "../../notebook/mod.ts";
import { flowText } from "./flow.ts";
import { heldOutTables } from "./held_out_tables.ts";
import type { MetricResult } from "./measure.ts";
import { short } from "./short.ts";

/** A result as lines for people. */
export function resultText(result: MetricResult): string {
  switch (result.kind) {
    case "pairs": {
      const { metric, unit, mean, std, identical, clips } = result;
      if (mean === undefined) {
        return `${metric}: none, since all pairs are identical (${
          counted(identical)
        })`;
      }
      const spread = std === null ? "" : `, std ${short(std)}`;
      const others = identical === 0
        ? ""
        : `; identical, so without a value: ${counted(identical)}`;
      return `${metric}: ${short(mean)} (${unit}; ${
        counted(clips.length - identical)
      }${spread}${others})`;
    }
    case "temporal":
      return result.sets.map(({ path, clips, mean, seams, seamChange }) =>
        `${path}: flicker ${short(mean.flicker)}, smoothness ${
          short(mean.smoothness)
        }, dynamic degree ${short(mean.dynamicDegree)} sides/s (${
          counted(clips)
        })\n  steps across seams of latent frames over those inside: ${
          seamMotionText(seams)
        }\n  the same of the change of all pixels: ${
          seamMotionText(seamChange)
        }`
      ).join("\n");
    case "flow":
      return flowText(result);
    case "sets":
      return distanceText(result);
    case "held-out":
      return heldOutTables(result.result).map((table) =>
        `${table.title}\n${tableBundle(table)["text/plain"]}`
      ).join("\n\n");
  }
}

/** A distance between sets, with all that it depends on. */
export function distanceText(
  { metric, frechet, spread, curve, kernel, clips, setting, warnings }:
    DistributionDistance,
): string {
  const lines = [
    `${metric}: ${short(frechet)}${
      spread === null ? "" : ` (bootstrap std ${short(spread)})`
    }, n = ${clips.a} and ${clips.b}`,
  ];
  if (curve) {
    lines.push(
      `  at n = infinity: ${short(curve.limit)} (standard error ${
        short(curve.limitError)
      }); ${
        curve.points.map(({ n, value }) => `${n}: ${short(value)}`).join(", ")
      }`,
    );
  }
  lines.push(
    `  kernel distance: ${short(kernel.value)}${
      kernel.error !== null ? ` (standard error ${short(kernel.error)})` : ""
    }`,
    `  ${settingText(setting)}`,
    ...warnings.map((warning) => `  warning: ${warning}`),
  );
  return lines.join("\n");
}

/** How features were computed, on one line. */
export function settingText(
  { network, weights, layer, dimension, frames, fps, size, resize }:
    FeatureSetting,
): string {
  return `${network} ${layer} (${dimension} features, weights ${
    weights.slice(0, 12)
  }), ${frames} frames at ${short(fps)} fps, ${size}, resize: ${resize}`;
}

function counted(clips: number): string {
  return `${clips} ${clips === 1 ? "clip" : "clips"}`;
}
