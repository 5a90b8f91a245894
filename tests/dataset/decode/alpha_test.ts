import assert from "node:assert/strict";
import {
  FF_ENCODER_APNG,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBVPX_VP9,
  FF_ENCODER_LIBWEBP_ANIM,
  FF_ENCODER_PRORES_KS,
  FF_ENCODER_QTRLE,
} from "node-av/constants";
import { decodeClip, VideoScan } from "lib/dataset/decode/mod.ts";
import { type Coding, writeCoded } from "../_coded_video.ts";
import { clipOf, temporaryFolder } from "../_video_fixture.ts";

const SIZE = { frames: 3, height: 64, width: 64, fps: 10 };
/** Red all over, but for a corner: WebP merges equal frames. */
const RED = clipOf(
  SIZE,
  (i, y, x) => y < 16 && x > 48 ? [i / 3, 0, 0] : [0.8, 0.2, 0.2],
);
/** The left half is transparent, a stripe at the right half transparent. */
const alpha = (_: number, x: number): number => x < 32 ? 0 : x < 48 ? 1 : 0.5;

const VP9 = { crf: 4, deadline: "realtime", "cpu-used": 8, "auto-alt-ref": 0 };
const FORMATS: Record<string, Coding> = {
  "alpha.apng": {
    container: "apng",
    filters: "format=rgba",
    encoder: FF_ENCODER_APNG,
    options: {},
  },
  "alpha.webp": {
    container: "webp",
    filters: "format=bgra",
    encoder: FF_ENCODER_LIBWEBP_ANIM,
    options: { lossless: 1 },
  },
  "qtrle.mov": {
    container: "mov",
    filters: "format=argb",
    encoder: FF_ENCODER_QTRLE,
    options: {},
  },
  "prores.mov": {
    container: "mov",
    filters: "format=yuva444p10",
    encoder: FF_ENCODER_PRORES_KS,
    options: { profile: "4444", alpha_bits: 16 },
  },
  "vp8.webm": {
    container: "webm",
    filters: "format=yuva420p",
    encoder: FF_ENCODER_LIBVPX_VP8,
    options: { ...VP9, b: 4_000_000 },
  },
  "vp9.webm": {
    container: "webm",
    filters: "format=yuva420p",
    encoder: FF_ENCODER_LIBVPX_VP9,
    options: VP9,
  },
};

for (const [name, coding] of Object.entries(FORMATS)) {
  Deno.test(`transparent pixels of ${name} are white, in clips and in scans`, async () => {
    await using folder = await temporaryFolder();
    const path = folder.file(name);
    await writeCoded(path, RED, { ...coding, alpha });

    const { data } = await decodeClip(path, SIZE);
    const colour = (frame: number, x: number): number[] => {
      const at = ((frame * 64 + 32) * 64 + x) * 3;
      return [...data.subarray(at, at + 3)];
    };
    const near = (found: number[], wanted: number[]): void =>
      wanted.forEach((value, i) =>
        assert.ok(Math.abs(found[i]! - value) < 0.04, `${found}, not ${wanted}`)
      );
    for (let frame = 0; frame < SIZE.frames; frame++) {
      near(colour(frame, 16), [1, 1, 1]);
      near(colour(frame, 40), [0.8, 0.2, 0.2]);
      near(colour(frame, 56), [0.9, 0.6, 0.6]);
    }

    await using scan = await VideoScan.open(path);
    for await (const frame of scan.frames()) {
      const { data: luma } = frame.downscaled(4096);
      assert.ok(luma[32 * 64 + 16]! > 250, `white ${luma[32 * 64 + 16]}`);
      assert.ok(luma[32 * 64 + 40]! < 110, `red ${luma[32 * 64 + 40]}`);
    }
  });
}

/**
 * A frame of 2x1 pixels, of which the left is red and the right transparent,
 * twice: written by hand, since FFmpeg's encoder chooses palettes itself.
 */
const GIF = Uint8Array.from([
  ...new TextEncoder().encode("GIF89a"),
  ...[2, 0, 1, 0, 0x80, 0, 0], // 2x1, two colours
  ...[204, 51, 51, 0, 0, 0], // red, black
  ...[0x21, 0xf9, 4, 0x09, 10, 0, 1, 0], // 0.1 s, colour 1 is transparent
  ...[0x2c, 0, 0, 0, 0, 2, 0, 1, 0, 0],
  ...[2, 2, 0x44, 0x0a, 0], // clear, 0, 1, end
  ...[0x21, 0xf9, 4, 0x09, 10, 0, 1, 0],
  ...[0x2c, 0, 0, 0, 0, 2, 0, 1, 0, 0],
  ...[2, 2, 0x44, 0x0a, 0],
  0x3b,
]);

Deno.test("transparent pixels of a GIF are white", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("alpha.gif");
  await Deno.writeFile(path, GIF);
  const { data } = await decodeClip(path, { frames: 2, height: 1, width: 2 });
  const shown = [204, 51, 51, 255, 255, 255];
  assert.deepEqual(
    [...data].map((value) => Math.round(value * 255)),
    [...shown, ...shown],
  );
});
