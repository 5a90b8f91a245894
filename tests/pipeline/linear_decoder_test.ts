import assert from "node:assert/strict";
import {
  type Clip,
  clipsOfBatch,
  float32,
  type NdArray,
} from "lib/core/mod.ts";
import {
  decodeLinearly,
  fitLinearDecoder,
  knownOfPicture,
  pixelsFor,
} from "lib/pipeline/linear_decoder.ts";
import { assertClose, eagerly } from "../models/_eager.ts";

/** A VAE whose cells of 2 frames of 4x4 are linear: the value z0 + frame z1 + column / 10. */
function decode({ shape, data }: NdArray<"float32">): Promise<Clip[]> {
  const [B, , h, w] = shape as [number, number, number, number, number];
  const clips = new Float32Array(B * 2 * h * 4 * w * 4 * 3);
  for (let i = 0; i < clips.length; i++) {
    const pixel = Math.floor(i / 3);
    const x = pixel % (4 * w);
    const y = Math.floor(pixel / (4 * w)) % (4 * h);
    const t = Math.floor(pixel / (16 * w * h)) % 2;
    const b = Math.floor(pixel / (32 * w * h));
    const cell = 2 * ((b * h + Math.floor(y / 4)) * w + Math.floor(x / 4));
    clips[i] = data[cell]! + t * data[cell + 1]! + x % 4 / 10;
  }
  return Promise.resolve(
    clipsOfBatch(float32([B, 2, 4 * h, 4 * w, 3], clips), 8),
  );
}

Deno.test("a linear decoder is exact where the VAE is linear", async () => {
  const cell = { time: 2, side: 2, pixels: 2 };
  const decoder = await fitLinearDecoder(decode, 2, cell);
  const latent = float32([1, 1, 1, 2, 2], [1, 10, 2, 20]);
  const found = eagerly(
    { latent, ...decoder },
    ({ latent, weight, bias }) =>
      decodeLinearly({ weight, bias }, latent, cell),
  );
  assert.deepEqual(found.shape, [1, 2, 2, 4, 3]);
  // Means of two columns: 0.05 and 0.25 beside the value of the cell.
  const row = (t: number) =>
    [1 + 10 * t, 2 + 20 * t].flatMap((x) =>
      [0.05, 0.25].flatMap((c) => [x + c, x + c, x + c])
    );
  const data = [row(0), row(0), row(1), row(1)].flat();
  assertClose(
    found,
    { shape: [1, 2, 2, 4, 3], data: Float32Array.from(data) },
    1e-3,
  );
});

Deno.test("pixelsFor() are coarser for faster motions", () => {
  const vae = { time: 4, space: 16 };
  assert.deepEqual(pixelsFor(vae, 2), 4);
  assert.deepEqual(pixelsFor(vae, 4), 8);
  assert.deepEqual(pixelsFor(vae, 12), 16);
});

Deno.test("a picture tells what a cell shows then, not how it moves", async () => {
  const decoder = await fitLinearDecoder(decode, 2, {
    time: 2,
    side: 4,
    pixels: 1,
  });
  // Frame 0 shows z0, frame 1 shows z0 + z1; a still cell has z1 = 0.
  const first = knownOfPicture(decoder, 2, "first");
  assertClose(first, { shape: [2, 2], data: [1, 0, 0, 0] }, 5e-3);
  const last = knownOfPicture(decoder, 2, "last");
  assertClose(last, { shape: [2, 2], data: [1, 0, 1, 0] }, 5e-3);
});
