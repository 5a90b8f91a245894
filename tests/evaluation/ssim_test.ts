import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import { psnr, ssim } from "lib/evaluation/mod.ts";
import { referenceClips, worse } from "./_clips.ts";
import { referencePath } from "./_planned.ts";

function clip(values: (i: number) => number, side = 16): Clip {
  return {
    frames: 1,
    height: side,
    width: side,
    fps: 8,
    data: Float32Array.from({ length: side * side * 3 }, (_, i) => values(i)),
  };
}

Deno.test("psnr() and ssim() agree with ffmpeg's filter and scikit-image on real clips", async (t) => {
  const references = JSON.parse(
    await Deno.readTextFile(referencePath("quality.json")),
  );
  const clips = await referenceClips();
  for (
    const [name, wanted] of Object.entries<Record<string, number>>(references)
  ) {
    const real = clips.get(name);
    await t.step({
      name: real ? name : `${name}: skipped, ../shared/videos cannot be read`,
      ignore: !real,
      fn() {
        const other = worse(real!);
        const decibels = psnr(other, real!);
        assert.ok(
          Math.abs(decibels - wanted.psnr!) < 0.01,
          `${decibels}, not ${wanted.psnr}`,
        );
        const similarity = ssim(other, real!);
        assert.ok(
          Math.abs(similarity - wanted.ssim!) < 1e-4,
          `${similarity}, not ${wanted.ssim}`,
        );
      },
    });
  }
});

Deno.test("ssim() is 1 for equal clips, about 0 for noise, negative for an inverted clip", () => {
  const noise = clip((i) => (i * 7919 % 101) / 100);
  const other = clip((i) => (i * 6007 % 97) / 96);
  assert.equal(ssim(noise, noise), 1);
  assert.ok(Math.abs(ssim(other, noise)) < 0.2);
  assert.ok(ssim(clip((i) => 1 - noise.data[i]!), noise) < -0.5);
});

Deno.test("ssim() of flat clips is what their means alone give", () => {
  const [a, b, c1] = [0.2, 0.6, 0.01 ** 2];
  const wanted = (2 * a * b + c1) / (a * a + b * b + c1);
  const found = ssim(clip(() => a), clip(() => b));
  assert.ok(Math.abs(found - wanted) < 1e-6, `${found}, not ${wanted}`);
});

Deno.test("ssim() clips values outside [0,1] as a screen would", () => {
  const step = clip((i) => i % 2);
  assert.equal(ssim(clip((i) => i % 2 === 0 ? -3 : 4), step), 1);
});

Deno.test("ssim() refuses clips of other shapes, and smaller than its window", () => {
  assert.throws(() => ssim(clip(() => 0), clip(() => 0, 20)), {
    name: "TypeError",
    message:
      "Cannot compare clips: shapes must be the same: current shapes are [1,16,16,3] and [1,20,20,3]",
  });
  assert.throws(() => ssim(clip(() => 0, 10), clip(() => 0, 10)), {
    name: "InputError",
    message:
      "Cannot compute SSIM: height and width must be at least 11: current size is 10x10; compare larger clips",
  });
});
