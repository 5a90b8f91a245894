import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import { seamChange } from "lib/evaluation/mod.ts";

/** A clip of 4x4 pixels, each frame of one grey. */
function greys(...values: number[]): Clip {
  const size = 4 * 4 * 3;
  const data = new Float32Array(values.length * size);
  values.forEach((x, t) => data.fill(x, t * size, (t + 1) * size));
  return { frames: values.length, height: 4, width: 4, fps: 8, data };
}

Deno.test("seamChange() compares change across seams with that inside", () => {
  const clip = greys(0, 0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9);
  assert.equal(seamChange(clip, { stride: 4 })?.toFixed(4), "3.0000");
  // Causal: frame 0 alone, seams before frames 1 and 5; the jump is inside.
  const inside = (0.1 + 0.1 + 0.3 + 0.1 + 0.1) / 5;
  assert.equal(
    seamChange(clip, { stride: 4, first: 1 })?.toFixed(4),
    (0.1 / inside).toFixed(4),
  );
});

Deno.test("seamChange() of steady change is 1, up or down", () => {
  const clip = greys(0, 0.1, 0, 0.1, 0.2, 0.1, 0, 0.1);
  assert.equal(seamChange(clip, { stride: 4 })?.toFixed(4), "1.0000");
});

Deno.test("seamChange() leaves out clips without motion or without a seam", () => {
  assert.equal(seamChange(greys(0.5, 0.5, 0.5, 0.5), { stride: 2 }), undefined);
  assert.equal(seamChange(greys(0, 0.1, 0.2, 0.3), { stride: 4 }), undefined);
});
