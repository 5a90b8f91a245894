import assert from "node:assert/strict";
import type { HeldOutResult } from "lib/evaluation/mod.ts";
import { videoMetricsOf } from "lib/recipes/release/metrics.ts";

const kernel = { value: 0, error: null };
const motion = {
  clips: 4,
  mean: { flicker: 0, smoothness: 1, dynamicDegree: 1 },
  seams: { median: null, interval: null, clips: 0, leftOut: 4 },
  seamChange: { median: null, interval: null, clips: 0, leftOut: 4 },
};
const result: HeldOutResult = {
  reconstruction: {
    psnr: { mean: 28, std: 2, clips: 16 },
    ssim: { mean: 0.8, std: null, clips: 1 },
    distances: {},
  },
  floor: [],
  distances: {
    generated: [{
      metric: "FPD",
      frechet: 12,
      spread: 0.5,
      limit: null,
      kernel,
      ofHalf: null,
      warnings: [],
    }],
  },
  motion: { real: motion },
  labels: [
    {
      label: "turn",
      judge: "optical flow",
      real: { correct: 4, total: 4, classes: {} },
      generated: { correct: 3, total: 4, classes: {} },
    },
    // Clips without labels have no share.
    {
      label: "place",
      judge: "FPD",
      real: { correct: 4, total: 4, classes: {} },
      generated: { correct: 0, total: 0, classes: {} },
    },
  ],
};

Deno.test("videoMetricsOf() has each figure with its interval and its better side", () => {
  const metrics = videoMetricsOf({ result, reading: { heldOutLoss: 0.9 } });
  assert.deepEqual(
    metrics.map(({ name, value, better }) => [name, value, better]),
    [
      ["VAE PSNR", 28, "higher"],
      ["VAE SSIM", 0.8, "higher"],
      ["held-out loss", 0.9, "lower"],
      ["FPD", 12, "lower"],
      ["turn by optical flow", 0.75, "higher"],
    ],
  );
  const margins = metrics.map(({ margin }) => margin);
  assert.ok(Math.abs(margins[0]! - 1.96 * 2 / 4) < 1e-12);
  assert.deepEqual(margins.slice(1, 3), [0, 0]);
  assert.ok(Math.abs(margins[3]! - 1.96 * 0.5) < 1e-12);
  // Wilson's interval of 3 of 4: 0.301 to 0.954.
  assert.ok(Math.abs(margins[4]! - 0.3268) < 1e-3, `${margins[4]}`);
});
