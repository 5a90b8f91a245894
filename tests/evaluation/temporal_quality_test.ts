import assert from "node:assert/strict";
import { type Clip, Rng } from "lib/core/mod.ts";
import { temporalQuality } from "lib/evaluation/mod.ts";

const SIZE = 32;

/** A texture that moves `speed` pixels to the right in each frame. */
function moving(speed: number, fps = 8, frames = 8): Clip {
  const texture = new Rng(1).normals([SIZE, 200]).data;
  const data = new Float32Array(frames * SIZE * SIZE * 3);
  for (let i = 0; i < data.length / 3; i++) {
    const [x, y, t] = [
      i % SIZE,
      Math.floor(i / SIZE) % SIZE,
      Math.floor(i / SIZE / SIZE),
    ];
    const value = texture[y * 200 + 100 + x - speed * t]!;
    data.fill(0.5 + 0.15 * value, 3 * i, 3 * i + 3);
  }
  return { frames, height: SIZE, width: SIZE, fps, data };
}

/** Every second frame lighter. */
function flickering(clip: Clip, by: number): Clip {
  const frame = clip.data.length / clip.frames;
  return {
    ...clip,
    data: clip.data.map((x, i) => x + by * (Math.floor(i / frame) % 2)),
  };
}

Deno.test("temporalQuality() tells the speed in sides per second, whatever the rate", () => {
  for (const [speed, fps] of [[2, 8], [1, 16], [4, 4]] as const) {
    const { dynamicDegree } = temporalQuality(moving(speed, fps));
    assert.ok(
      Math.abs(dynamicDegree - speed * fps / SIZE) < 1e-6,
      `${speed} at ${fps}: ${dynamicDegree}`,
    );
  }
});

Deno.test("temporalQuality() of steady motion is smooth, of jumping frames it is not", () => {
  const steady = moving(2);
  const frame = steady.data.length / steady.frames;
  const jumping = { ...steady, data: steady.data.slice() };
  [3, 0, 6, 1, 7, 2, 5, 4].forEach((from, to) =>
    jumping.data.set(
      steady.data.subarray(from * frame, (from + 1) * frame),
      to * frame,
    )
  );
  const smooth = temporalQuality(steady).smoothness;
  assert.ok(smooth > 0.98, `${smooth}`);
  assert.ok(temporalQuality(jumping).smoothness < smooth - 0.02);
});

Deno.test("temporalQuality() measures flicker as the change that is taken back", () => {
  const rest = moving(0);
  assert.equal(temporalQuality(rest).flicker, 0);
  const { flicker, dynamicDegree } = temporalQuality(flickering(rest, 0.1));
  assert.ok(Math.abs(flicker - 0.1) < 1e-6, `${flicker}`);
  assert.equal(dynamicDegree, 0);
});

Deno.test("temporalQuality() does not take a slow fade for flicker", () => {
  const rest = moving(0);
  const frame = rest.data.length / rest.frames;
  const fading = {
    ...rest,
    data: rest.data.map((x, i) => x + 0.02 * Math.floor(i / frame)),
  };
  assert.equal(temporalQuality(fading).flicker, 0);
});

Deno.test("temporalQuality() refuses clips of two frames", () => {
  assert.throws(() => temporalQuality(moving(1, 8, 2)), {
    name: "InputError",
    message:
      "Cannot measure motion: a clip must have at least 3 frames: current count is 2; pass longer clips",
  });
});
