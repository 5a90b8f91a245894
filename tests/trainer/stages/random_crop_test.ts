import assert from "node:assert/strict";
import { type Clip, Rng } from "lib/core/mod.ts";
import { cropSize, randomCrop } from "lib/trainer/stages/random_crop.ts";

/** A clip whose values tell their place: t, y and x as the three colours. */
function placed(frames: number, height: number, width: number): Clip {
  const data = new Float32Array(frames * height * width * 3);
  for (let i = 0; i < data.length / 3; i++) {
    data[3 * i] = Math.floor(i / (height * width));
    data[3 * i + 1] = Math.floor(i / width) % height;
    data[3 * i + 2] = i % width;
  }
  return { frames, height, width, fps: 8, data };
}

Deno.test("cropSize() is that of the clip where the clip is smaller", () => {
  const clip = { frames: 8, height: 32, width: 64 };
  assert.deepEqual(
    cropSize(clip, { frames: 16, height: 16, width: 48 }),
    { frames: 8, height: 16, width: 48 },
  );
  assert.deepEqual(cropSize(clip, undefined), clip);
});

Deno.test("randomCrop() takes neighbouring pixels and frames, at places that vary", () => {
  const clip = placed(6, 5, 7);
  const size = { frames: 2, height: 3, width: 4 };
  const rng = new Rng(1);
  const corners = new Set<string>();
  for (let n = 0; n < 50; n++) {
    const crop = randomCrop(clip, size, rng);
    const [t0, y0, x0] = crop.data as unknown as [number, number, number];
    corners.add(`${t0} ${y0} ${x0}`);
    const wanted = placed(2, 3, 4).data.map((value, i) =>
      value + [t0, y0, x0][i % 3]!
    );
    assert.deepEqual(crop.data, wanted);
    assert.ok(t0 <= 4 && y0 <= 2 && x0 <= 3);
  }
  assert.ok(corners.size > 20, `${corners.size} places`);
});

Deno.test("randomCrop() of the whole size is the clip", () => {
  const clip = placed(4, 3, 2);
  assert.deepEqual(randomCrop(clip, clip, new Rng(0)), clip);
});
