import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  FF_ENCODER_APNG,
  FF_ENCODER_FFV1,
  FF_ENCODER_FLV,
  FF_ENCODER_GIF,
  FF_ENCODER_LIBTHEORA,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBVPX_VP9,
  FF_ENCODER_LIBWEBP_ANIM,
  FF_ENCODER_LIBX265,
  FF_ENCODER_MJPEG,
  FF_ENCODER_MPEG1VIDEO,
  FF_ENCODER_MPEG2VIDEO,
  FF_ENCODER_MPEG4,
  FF_ENCODER_PRORES_KS,
  FF_ENCODER_QTRLE,
  FF_ENCODER_WMV2,
} from "node-av/constants";
import { decodeClip, probe, VideoScan } from "lib/dataset/decode/mod.ts";
import { type Coding, writeCoded } from "../_coded_video.ts";
import {
  brightnessClip,
  indicesIn,
  temporaryFolder,
} from "../_video_fixture.ts";

const FRAMES = 20;
const GREYS = brightnessClip({
  frames: FRAMES,
  height: 64,
  width: 64,
  fps: 25,
});
const YUV = "format=yuv420p";
const QUALITY = { flags: "+qscale", global_quality: 236 };
/** Three frames of delay and several groups. */
const B_FRAMES = { crf: 4, bf: 2, g: 8 };

/** A file of each container, as FFmpeg names it, with the codecs found in it. */
const FORMATS: readonly [ending: string, Coding][] = [
  ["mp4", { container: "mp4", filters: YUV, options: B_FRAMES }],
  ["mov", {
    container: "mov",
    filters: "format=yuv422p10",
    encoder: FF_ENCODER_PRORES_KS,
    options: {},
  }],
  ["mov", {
    container: "mov",
    filters: "format=rgb24",
    encoder: FF_ENCODER_QTRLE,
    options: {},
  }],
  ["mkv", { filters: YUV, options: B_FRAMES }],
  ["mkv", {
    filters: YUV,
    encoder: FF_ENCODER_LIBX265,
    options: { "x265-params": "log-level=none", crf: 8 },
  }],
  ["mkv", { filters: YUV, encoder: FF_ENCODER_FFV1, options: {} }],
  ["webm", {
    container: "webm",
    filters: YUV,
    encoder: FF_ENCODER_LIBVPX_VP8,
    options: { crf: 4, b: 2_000_000, deadline: "realtime" },
  }],
  ["webm", {
    container: "webm",
    filters: YUV,
    encoder: FF_ENCODER_LIBVPX_VP9,
    options: { crf: 8, deadline: "realtime", "cpu-used": 8 },
  }],
  ["avi", { container: "avi", filters: YUV, options: B_FRAMES }],
  ["avi", {
    container: "avi",
    filters: YUV,
    encoder: FF_ENCODER_MPEG4,
    options: { ...QUALITY, bf: 2 },
  }],
  ["ts", { container: "mpegts", filters: YUV, options: B_FRAMES }],
  ["mpg", {
    container: "mpeg",
    filters: YUV,
    encoder: FF_ENCODER_MPEG1VIDEO,
    options: QUALITY,
  }],
  ["vob", {
    container: "vob",
    filters: YUV,
    encoder: FF_ENCODER_MPEG2VIDEO,
    options: { ...QUALITY, bf: 2 },
  }],
  ["flv", { container: "flv", filters: YUV, options: B_FRAMES }],
  ["flv", {
    container: "flv",
    filters: YUV,
    encoder: FF_ENCODER_FLV,
    options: QUALITY,
  }],
  ["wmv", {
    container: "asf",
    filters: YUV,
    encoder: FF_ENCODER_WMV2,
    options: QUALITY,
  }],
  ["ogv", {
    container: "ogg",
    filters: YUV,
    encoder: FF_ENCODER_LIBTHEORA,
    options: { flags: "+qscale", global_quality: 1180 },
  }],
  ["h264", { container: "h264", filters: YUV, options: B_FRAMES }],
  ["hevc", {
    container: "hevc",
    filters: YUV,
    encoder: FF_ENCODER_LIBX265,
    options: { "x265-params": "log-level=none", crf: 8 },
  }],
  ["m2v", {
    container: "mpeg2video",
    filters: YUV,
    encoder: FF_ENCODER_MPEG2VIDEO,
    options: QUALITY,
  }],
  ["mjpeg", {
    container: "mjpeg",
    filters: "format=yuvj420p",
    encoder: FF_ENCODER_MJPEG,
    options: QUALITY,
  }],
  ["apng", {
    container: "apng",
    filters: "format=rgb24",
    encoder: FF_ENCODER_APNG,
    options: {},
  }],
  ["webp", {
    container: "webp",
    filters: "format=bgra",
    encoder: FF_ENCODER_LIBWEBP_ANIM,
    options: { lossless: 1 },
  }],
  ["gif", {
    container: "gif",
    filters: "format=gray",
    encoder: FF_ENCODER_GIF,
    options: {},
  }],
];

const ALL = Array.from({ length: FRAMES }, (_, i) => i);

/**
 * Written by `writeCoded` with FFmpeg's encoder libsvtav1 (crf 10, preset 12) into
 * the container avif; that encoder writes to the terminal, whatever the log level.
 */
const AVIF = new URL("fixtures/greys.avif", import.meta.url);

for (const [ending, coding] of FORMATS) {
  const name = `${ending} (${coding.encoder ?? "libx264"})`;
  Deno.test(`all frames of ${name} are read in order, from time 0 on`, async () => {
    await using folder = await temporaryFolder();
    const path = folder.file(`greys.${ending}`);
    await writeCoded(path, GREYS, coding);
    await requireGreys(path);
  });
}

Deno.test("all frames of avif (AV1) are read in order, from time 0 on", async () => {
  await requireGreys(fileURLToPath(AVIF));
});

/** Requires that all readers show the frames of `GREYS` at their times. */
async function requireGreys(path: string): Promise<void> {
  await using scan = await VideoScan.open(path);
  const times: number[] = [];
  for await (const { seconds, isIntact } of scan.frames()) {
    assert.ok(isIntact);
    times.push(seconds);
  }
  assert.equal(scan.damage, undefined);
  assert.deepEqual(
    times.map((seconds) => seconds.toFixed(3)),
    ALL.map((i) => (i / 25).toFixed(3)),
  );

  const { frames, fps, durationSeconds } = await probe(path);
  assert.equal(frames, FRAMES);
  assert.ok(Math.abs(fps - 25) < 0.01, `${fps} fps`);
  assert.ok(Math.abs(durationSeconds - 0.8) < 0.002, `${durationSeconds} s`);

  const shape = { height: 32, width: 32, fps: 25 };
  const clip = await decodeClip(path, { ...shape, frames });
  assert.deepEqual(indicesIn(clip, FRAMES), ALL);
  const later = { ...shape, frames: 4, startSeconds: 0.52 };
  const { data } = await decodeClip(path, later);
  assert.deepEqual(data, clip.data.slice(13 * 3072, 17 * 3072));
}
