import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import {
  seamMotion,
  seamMotionOf,
  seamMotionText,
} from "lib/evaluation/mod.ts";

const [FRAMES, HEIGHT, WIDTH, SIDE] = [16, 32, 96, 4];

/** A white square on black at these places from the left, a frame each. */
function squareAt(lefts: readonly number[], light = 1): Clip {
  const data = new Float32Array(lefts.length * HEIGHT * WIDTH * 3);
  for (const [t, left] of lefts.entries()) {
    for (let y = 14; y < 14 + SIDE; y++) {
      const row = (t * HEIGHT + y) * WIDTH;
      data.fill(light, (row + left) * 3, (row + left + SIDE) * 3);
    }
  }
  return { frames: lefts.length, height: HEIGHT, width: WIDTH, fps: 8, data };
}

/** Places of a subject that goes `inside` pixels a frame and `across` at seams. */
function places(
  inside: number,
  across: number,
  isSeam: (frame: number) => boolean,
): number[] {
  let left = 2;
  return Array.from({ length: FRAMES }, (_, t) => {
    if (t > 0) left += isSeam(t) ? across : inside;
    return left;
  });
}

const everyFour = (frame: number): boolean => frame % 4 === 0;

function assertRatio(clip: Clip, first: number | undefined, wanted: number) {
  const found = seamMotion(clip, { stride: 4, ...(first && { first }) });
  assert.ok(Math.abs(found! - wanted) < 1e-9, `${found}, not ${wanted}`);
}

Deno.test("seamMotion() is 1 for a subject that moves uniformly", () => {
  assertRatio(squareAt(places(4, 4, everyFour)), undefined, 1);
  assertRatio(squareAt(places(4, 4, everyFour)), 1, 1);
});

Deno.test("seamMotion() is the known ratio of a subject that jumps at seams", () => {
  assertRatio(squareAt(places(2, 10, everyFour)), undefined, 5);
  assertRatio(squareAt(places(6, 3, everyFour)), undefined, 0.5);
  // Light does not matter, as long as the subject is told from the background.
  assertRatio(squareAt(places(2, 10, everyFour), 0.3), undefined, 5);
});

Deno.test("seamMotion() counts the seams of a causal VAE from frame 1", () => {
  const clip = squareAt(places(2, 10, (frame) => frame % 4 === 1));
  assertRatio(clip, 1, 5);
  // Elsewhere no seam: 4 jumps are among the 12 steps inside.
  assertRatio(clip, 4, 2 / ((4 * 10 + 8 * 2) / 12));
});

Deno.test("seamMotion() of a subject that rests inside latent frames is finite", () => {
  // A step below 0.01 pixels counts as 0.01.
  assertRatio(squareAt(places(0, 20, everyFour)), undefined, 20 / 0.01);
});

Deno.test("seamMotion() leaves out clips without a subject to follow", () => {
  const stride = 4;
  const still = squareAt(places(0, 0, everyFour));
  assert.equal(seamMotion(still, { stride }), undefined);
  // A camera that pans: all of the picture changes.
  const pan = squareAt(places(4, 4, everyFour));
  for (let i = 0; i < pan.data.length; i++) {
    const [pixel, t] = [Math.floor(i / 3), Math.floor(i / 3 / HEIGHT / WIDTH)];
    pan.data[i] = 0.5 + 0.5 * Math.sin((pixel % WIDTH + 4 * t) / 5);
  }
  assert.equal(seamMotion(pan, { stride }), undefined);
  // One latent frame has no seam.
  const short = squareAt(places(4, 4, everyFour).slice(0, 8));
  assert.equal(seamMotion(short, { stride: 8 }), undefined);
});

Deno.test("seamMotion() leaves out the frames in which the subject is gone", () => {
  const clip = squareAt(places(2, 10, everyFour));
  const last = 15 * HEIGHT * WIDTH * 3;
  clip.data.fill(0, last);
  assertRatio(clip, undefined, 5);
});

Deno.test("seamMotionOf() gives the median, its interval and what is left out", () => {
  assert.deepEqual(seamMotionOf([undefined, undefined]), {
    median: null,
    interval: null,
    clips: 0,
    leftOut: 2,
  });
  assert.deepEqual(seamMotionOf([3, 1, undefined, 2, 10]), {
    median: 2.5,
    interval: null,
    clips: 4,
    leftOut: 1,
  });
  // Of 5 clips, P(X < 1) = 1/32 is above 0.025; of 6 it is 1/64.
  assert.equal(seamMotionOf([1, 2, 3, 4, 5]).interval, null);
  assert.deepEqual(seamMotionOf([6, 5, 4, 3, 2, 1]).interval, [1, 6]);
  // Of 10, P(X < 2) = 11/1024 and P(X < 3) = 56/1024.
  const ten = Array.from({ length: 10 }, (_, i) => i + 1);
  assert.deepEqual(seamMotionOf(ten).interval, [2, 9]);
  // Of 3000, P(X < 1446) is below 0.025 and P(X < 1447) above.
  const many = Array.from({ length: 3000 }, (_, i) => i + 1);
  assert.deepEqual(seamMotionOf(many).interval, [1446, 1555]);
});

Deno.test("seamMotionText() shows median, interval and counts, or a dash", () => {
  const found = seamMotionOf([6, 5, 4, 3, 2, 1, undefined]);
  assert.equal(
    seamMotionText(found),
    "3.50 (1.00-6.00, n 6, 1 left out)",
  );
  assert.equal(
    seamMotionText(seamMotionOf([undefined])),
    "- (n 0, 1 left out)",
  );
});
