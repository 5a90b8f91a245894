import assert from "node:assert/strict";
import { type Clip, Rng } from "lib/core/mod.ts";
import { blurredClips, gaussianBlur } from "lib/dataset/batches/mod.ts";
import { syntheticClips } from "lib/dataset/synthetic/mod.ts";

function clipOf(
  value: (y: number, x: number, channel: number, frame: number) => number,
): Clip {
  const [frames, height, width] = [2, 20, 24];
  const data = new Float32Array(frames * height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const y = Math.floor(pixel / width) % height;
    data[i] = value(
      y,
      pixel % width,
      i % 3,
      Math.floor(pixel / height / width),
    );
  }
  return { frames, height, width, fps: 8, data };
}

Deno.test("gaussianBlur() spreads a point by its deviation, in both directions and in its frame and channel alone", () => {
  const point = clipOf((y, x, c, t) =>
    +(y === 9 && x === 11 && c === 1 && t === 1)
  );
  const { data } = gaussianBlur(point, 1.6);
  let [sum, down, across] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const [y, x] = [Math.floor(pixel / 24) % 20, pixel % 24];
    if (i % 3 !== 1 || pixel < 20 * 24) assert.equal(data[i], 0);
    sum += data[i]!;
    down += data[i]! * (y - 9) ** 2;
    across += data[i]! * (x - 11) ** 2;
  }
  assert.ok(Math.abs(sum - 1) < 1e-5, `${sum}`);
  // The kernel ends somewhere, which takes a little of its deviation.
  assert.ok(Math.abs(Math.sqrt(down) - 1.6) < 0.08, `${Math.sqrt(down)}`);
  assert.ok(Math.abs(down - across) < 1e-5);
});

Deno.test("gaussianBlur() leaves what is the same everywhere, rims included, and its argument", () => {
  const even = clipOf((_y, _x, channel) => 0.2 + 0.3 * channel);
  const before = even.data.slice();
  for (const [i, value] of gaussianBlur(even, 4).data.entries()) {
    assert.ok(Math.abs(value - before[i]!) < 1e-6);
  }
  assert.deepEqual(even.data, before);
});

Deno.test("blurredClips() have the captions of their source, a name of their own, and the same blur each time", async () => {
  const source = syntheticClips({
    phase: 1,
    split: "train",
    seed: 0,
    length: 5,
  });
  const blurred = blurredClips(source, { least: 1, most: 4 });
  const shape = { frames: 2, height: 32, width: 32, fps: 8 };
  const soft = await blurred.clipAt(3, shape, new Rng(1));
  const sharp = await source.clipAt(3, shape, new Rng(1));
  assert.equal(soft.caption, sharp.caption);
  assert.deepEqual(
    await blurred.captionAt!(3, new Rng(1)),
    await source.captionAt!(3, new Rng(1)),
  );
  assert.equal(blurred.name, `${source.name}, blurred by 1 to 4 pixels`);
  assert.equal(blurred.length, 5);
  assert.notEqual(soft.id, sharp.id);
  assert.deepEqual(
    soft.clip.data,
    (await blurred.clipAt(3, shape, new Rng(1))).clip.data,
  );
  const roughness = ({ data }: Clip): number =>
    data.reduce(
      (sum, value, i) => sum + Math.abs(value - (data[i - 3] ?? 0)),
      0,
    );
  assert.ok(roughness(soft.clip) < 0.9 * roughness(sharp.clip));
});
