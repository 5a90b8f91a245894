import assert from "node:assert/strict";
import { FF_ENCODER_LIBTHEORA, FF_ENCODER_MPEG2VIDEO } from "node-av/constants";
import { decodeClip, probe, VideoScan } from "lib/dataset/decode/mod.ts";
import { type Coding, writeCoded } from "../_coded_video.ts";
import {
  brightnessClip,
  clipOf,
  indicesIn,
  temporaryFolder,
} from "../_video_fixture.ts";

const GREYS = brightnessClip({ frames: 20, height: 64, width: 64, fps: 25 });
const B_FRAMES = { crf: 4, bf: 2, g: 8 };
const SHAPE = { height: 16, width: 16, fps: 25 };

function counting(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

async function scanOf(
  path: string,
): Promise<{ times: string[]; clockJumps: number; damage?: string }> {
  await using scan = await VideoScan.open(path);
  const times = [];
  for await (const { seconds, isIntact } of scan.frames()) {
    assert.ok(isIntact);
    times.push(seconds.toFixed(2));
  }
  const { clockJumps, damage } = scan;
  return { times, clockJumps, ...(damage && { damage }) };
}

/** The times of frames at 25 fps. */
function timesOf(frames: number): string[] {
  return counting(0, frames).map((i) => (i / 25).toFixed(2));
}

Deno.test("frames that an edit list hides are not counted", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("cut.mp4");
  const filters = "format=yuv420p";
  const options = { ...B_FRAMES, g: 100 };
  // Negative times of frames become an edit list that starts at time 0.
  const muxing = { avoid_negative_ts: 0, use_editlist: 1 };
  const cut = { container: "mp4", filters, options, muxing, first: -7 };
  await writeCoded(path, GREYS, cut);
  assert.deepEqual(await scanOf(path), {
    times: timesOf(13),
    clockJumps: 0,
  });
  const { frames, durationSeconds } = await probe(path);
  assert.equal(frames, 13);
  assert.ok(Math.abs(durationSeconds - 0.52) < 1e-6, `${durationSeconds} s`);
  const clip = await decodeClip(path, { ...SHAPE, frames });
  assert.deepEqual(indicesIn(clip, 20), counting(7, 20));
  const late = { ...SHAPE, frames: 3, startSeconds: 0.2 };
  assert.deepEqual(indicesIn(await decodeClip(path, late), 20), [12, 13, 14]);
});

for (const container of ["mp4", "matroska", "mpegts", "flv"]) {
  Deno.test(`time starts at the first frame of a ${container} that starts late`, async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("late");
    const filters = "format=yuv420p";
    const late = { container, filters, options: B_FRAMES, first: 40 };
    await writeCoded(path, GREYS, late);
    assert.deepEqual((await scanOf(path)).times, timesOf(20));
    for (const startSeconds of [0, 0.4]) {
      const clip = await decodeClip(path, {
        ...SHAPE,
        frames: 4,
        startSeconds,
      });
      const first = startSeconds * 25;
      assert.deepEqual(indicesIn(clip, 20), counting(first, first + 4));
    }
  });
}

const APPENDED: Record<string, Coding> = {
  mpegts: { filters: "format=yuv420p", options: B_FRAMES },
  vob: {
    filters: "format=yuv420p",
    encoder: FF_ENCODER_MPEG2VIDEO,
    options: { flags: "+qscale", global_quality: 236, bf: 2 },
  },
  matroska: { filters: "format=yuv420p", options: B_FRAMES },
  ogg: {
    filters: "format=yuv420p",
    encoder: FF_ENCODER_LIBTHEORA,
    options: { flags: "+qscale", global_quality: 1180 },
  },
};

for (const [container, coding] of Object.entries(APPENDED)) {
  for (const gap of [0, 1000]) {
    const how = gap === 0 ? "restarts" : "runs ahead";
    // In others, a gap is a picture that stands still.
    if (gap > 0 && !["mpegts", "vob"].includes(container)) continue;
    Deno.test(`times count on where the clock of a ${container} ${how}`, async () => {
      await using folder = await temporaryFolder();
      const [one, two, both] = ["one", "two", "both"].map(folder.file);
      await writeCoded(one!, GREYS, { ...coding, container });
      await writeCoded(two!, GREYS, { ...coding, container, first: gap * 25 });
      const parts = [await Deno.readFile(one!), await Deno.readFile(two!)];
      await Deno.writeFile(
        both!,
        Uint8Array.from(parts.flatMap((p) => [...p])),
      );
      assert.deepEqual(await scanOf(both!), {
        times: timesOf(40),
        clockJumps: 1,
      });
      assert.equal((await probe(both!)).frames, 40);
      const all = await decodeClip(both!, { ...SHAPE, frames: 40 });
      const twice = [...counting(0, 20), ...counting(0, 20)];
      assert.deepEqual(indicesIn(all, 20), twice);
      const later = { ...SHAPE, frames: 5, startSeconds: 1.2 };
      const clip = await decodeClip(both!, later);
      assert.deepEqual(indicesIn(clip, 20), counting(10, 15));
    });
  }
}

Deno.test("a raw stream has the rate that it states, not FFmpeg's default of 25", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.h264");
  const clip = brightnessClip({ frames: 12, height: 64, width: 64, fps: 30 });
  const filters = "format=yuv420p";
  await writeCoded(path, clip, { container: "h264", filters });
  const { frames, fps, durationSeconds } = await probe(path);
  assert.deepEqual([frames, fps], [12, 30]);
  assert.ok(Math.abs(durationSeconds - 0.4) < 1e-6, `${durationSeconds} s`);
});

Deno.test("decodeClip() of a long broadcast decodes from the last key frame", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("long.ts");
  const long = clipOf(
    { frames: 300, height: 32, width: 32, fps: 25 },
    (i) => Array(3).fill(GREYS.data[(i % 20) * 64 * 64 * 3]),
  );
  const options = { crf: 4, bf: 2, g: 50 };
  const filters = "format=yuv420p";
  await writeCoded(path, long, { container: "mpegts", filters, options });
  const at = { ...SHAPE, frames: 3, startSeconds: 11 };
  const clip = await decodeClip(path, at);
  assert.deepEqual(indicesIn(clip, 20), [275 % 20, 276 % 20, 277 % 20]);
});
