import assert from "node:assert/strict";
import { decodeClip, VideoScan } from "lib/dataset/decode/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { writeCoded } from "../_coded_video.ts";
import {
  brightnessClip,
  clipOf,
  temporaryFolder,
  writeAtTimes,
} from "../_video_fixture.ts";

interface Scanned {
  seconds: number;
  endSeconds: number;
  isInterlaced: boolean;
  width: number;
  height: number;
  data: Uint8Array;
}

async function scanned(path: string, pixels: number): Promise<Scanned[]> {
  await using scan = await VideoScan.open(path);
  const frames: Scanned[] = [];
  for await (const frame of scan.frames()) {
    frames.push({ ...frame, ...frame.downscaled(pixels) });
  }
  return frames;
}

function mean(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

Deno.test("VideoScan yields every frame, downscaled and in full range", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("greys.mp4");
  await writeMp4(
    path,
    brightnessClip({ frames: 10, height: 36, width: 64, fps: 10 }),
  );
  const frames = await scanned(path, 16 * 9);
  assert.deepEqual(frames.map(({ seconds }) => seconds.toFixed(2)), [
    ...Array.from({ length: 10 }, (_, i) => (i / 10).toFixed(2)),
  ]);
  for (const [i, { width, height, data, endSeconds }] of frames.entries()) {
    assert.deepEqual([width, height], [16, 9]);
    assert.ok(Math.abs(mean(data) - 255 * (i + 0.5) / 10) < 3, `frame ${i}`);
    assert.ok(Math.abs(endSeconds - (i + 1) / 10) < 1e-6);
  }
});

Deno.test("VideoScan never enlarges and keeps the times of the file", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("uneven.mkv");
  await writeAtTimes(
    path,
    brightnessClip({ frames: 4, height: 16, width: 16, fps: 10 }),
    "matroska",
    [0, 40, 200, 1000],
  );
  const frames = await scanned(path, 1e6);
  assert.deepEqual(
    frames.map(({ seconds, width, height }) => [seconds, width, height]),
    [[0, 16, 16], [0.04, 16, 16], [0.2, 16, 16], [1, 16, 16]],
  );
});

for (const firstField of ["top", "bottom"] as const) {
  Deno.test(`VideoScan and decodeClip() keep the ${firstField} field where it is the earlier`, async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("interlaced.mkv");
    // The later field is white: scaling without deinterlacing would give grey.
    const earlier = firstField === "top" ? 0 : 1;
    const clip = clipOf(
      { frames: 4, height: 64, width: 64, fps: 10 },
      (_, y) => y % 2 === earlier ? [0.2, 0.2, 0.2] : [1, 1, 1],
    );
    await writeCoded(path, clip, { filters: "format=yuv422p", firstField });
    for (
      const { isInterlaced, width, height, data } of await scanned(path, 256)
    ) {
      assert.equal(isInterlaced, true);
      assert.deepEqual([width, height], [16, 16]);
      assert.ok(Math.abs(mean(data) - 51) < 4, `mean ${mean(data)}`);
    }
    const shape = { frames: 1, height: 16, width: 16 };
    const { data } = await decodeClip(path, shape);
    assert.ok(Math.abs(data[300]! - 0.2) < 0.02, `${data[300]}`);
  });
}

Deno.test("VideoScan and decodeClip() tone-map 10-bit HDR", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("hdr.mkv");
  // PQ codes a diffuse white of 203 cd/m2 as 0.58 and 18 % grey of it as 0.38.
  const clip = clipOf(
    { frames: 2, height: 32, width: 64, fps: 10 },
    (_, __, x) => Array(3).fill(x < 32 ? 0.38 : 0.58),
  );
  await writeCoded(path, clip, {
    filters: "scale=out_color_matrix=bt2020,format=yuv420p10",
    hdr: true,
  });
  await using scan = await VideoScan.open(path);
  assert.equal(scan.info.isHighDynamicRange, true);
  const [{ data }] = await scanned(path, 64 * 32) as [Scanned];
  const [grey, white] = [data[64 * 16 + 10]!, data[64 * 16 + 54]!];
  // BT.709 codes 18 % as 0.41; white is rolled off to leave room above it.
  assert.ok(grey > 90 && grey < 120, `grey ${grey}`);
  assert.ok(white > 190 && white < 235, `white ${white}`);
  const decoded = await decodeClip(path, { frames: 1, height: 32, width: 64 });
  assert.ok(Math.abs(decoded.data[(64 * 16 + 54) * 3]! * 255 - white) < 4);
});

Deno.test("VideoScan reports the damage that ends a file early", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("cut.mp4");
  const clip = clipOf(
    { frames: 32, height: 64, width: 64, fps: 8 },
    (i, y, x) => [(x * 7 + i) % 64 / 64, (y * 5) % 64 / 64, (x * y) % 64 / 64],
  );
  await writeMp4(path, clip);
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
  await using scan = await VideoScan.open(path);
  let count = 0;
  for await (const _ of scan.frames()) count++;
  assert.ok(count > 0 && count < 32, `${count} frames`);
  assert.match(
    scan.damage!,
    /^the file breaks off at \d\.\d\d s: the last \d\.\d\d s are missing$/,
  );
});
