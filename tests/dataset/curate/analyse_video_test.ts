import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import { analyseVideo, type Analysis } from "lib/dataset/curate/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { writeCoded } from "../_coded_video.ts";
import { clipOf, temporaryFolder, writeAtTimes } from "../_video_fixture.ts";
import { bumps } from "./_planes.ts";

/** Shots of patterned surfaces that move to the right, in pixels a frame. */
function shots(
  lengths: readonly number[],
  speed = 1,
  size = { height: 96, width: 160, fps: 10 },
): Clip {
  const surfaces = lengths.map((_, i) => bumps(i + 1));
  const shotOf = lengths.flatMap((length, i) => Array<number>(length).fill(i));
  return clipOf(
    { frames: shotOf.length, ...size },
    (frame, y, x) =>
      Array(3).fill(surfaces[shotOf[frame]!]!(x - speed * frame, y) / 255),
  );
}

/** The segments as `kind start-end (pictures)`. */
function textOf({ segments }: Analysis): string[] {
  return segments.map(({ kind, startSeconds, endSeconds, pictures }) =>
    `${kind} ${startSeconds.toFixed(2)}-${endSeconds.toFixed(2)} (${pictures})`
  );
}

Deno.test("analyseVideo() finds cuts and trims two frames on each side", async () => {
  await using folder = await temporaryFolder();
  await writeMp4(folder.file("a.mp4"), shots([16, 20, 12]));
  const analysis = await analyseVideo(folder.file("a.mp4"), { maxSeconds: 10 });
  assert.deepEqual(textOf(analysis), [
    "shot 0.00-1.40 (14)",
    "shot 1.80-3.40 (16)",
    "shot 3.80-4.80 (10)",
  ]);
  assert.equal(analysis.damage, null);
  assert.deepEqual(analysis.video, {
    width: 160,
    height: 96,
    fps: 10,
    durationSeconds: 4.8,
    pictures: 48,
    codec: "h264",
    isPicture: false,
    rotation: 0,
    isInterlaced: false,
    isHighDynamicRange: false,
    hasVariableRate: false,
    damagedFrames: 0,
    lostSeconds: 0,
    clockJumps: 0,
  });
});

Deno.test("analyseVideo() measures camera speed in diagonals per second", async () => {
  await using folder = await temporaryFolder();
  await writeMp4(folder.file("pan.mp4"), shots([12], 2));
  const { segments } = await analyseVideo(folder.file("pan.mp4"), {
    maxSeconds: 10,
  });
  const { motion, cameraMotion, panRight, panDown, subjectMotion, zoom } =
    segments[0]!.scores!;
  const speed = 2 * 10 / Math.hypot(160, 96); // 2 pixels a frame at 10 fps
  const near = (value: number, expected: number): void =>
    assert.ok(Math.abs(value - expected) < 0.02, `${value}, not ${expected}`);
  near(motion, speed);
  near(cameraMotion, speed);
  near(panRight, speed);
  near(panDown, 0);
  near(zoom, 0);
  assert.ok(subjectMotion < 0.1, `${subjectMotion}`);
});

Deno.test("analyseVideo() separates subject motion from camera motion", async () => {
  await using folder = await temporaryFolder();
  const [thing, around] = [bumps(5), bumps(3)];
  const clip = clipOf(
    { frames: 12, height: 96, width: 160, fps: 10 },
    (i, y, x) => {
      const inside = x >= 20 + 3 * i && x < 60 + 3 * i && y >= 30 && y < 70;
      return Array(3).fill(
        (inside ? thing(x - 3 * i, y) : 0.4 * around(x, y)) / 255,
      );
    },
  );
  await writeMp4(folder.file("a.mp4"), clip);
  const { segments } = await analyseVideo(folder.file("a.mp4"), {
    maxSeconds: 10,
  });
  const { cameraMotion, subjects, subjectMotion, movingShare } = segments[0]!
    .scores!;
  assert.ok(cameraMotion < 0.01, `camera ${cameraMotion}`);
  assert.equal(subjects, 1);
  const speed = 3 * 10 / Math.hypot(160, 96);
  assert.ok(Math.abs(subjectMotion - speed) < 0.02, `${subjectMotion}`);
  assert.ok(movingShare > 0.07 && movingShare < 0.2, `share ${movingShare}`);
});

Deno.test("analyseVideo() uses the timestamps of files of variable rate", async () => {
  await using folder = await temporaryFolder();
  const clip = shots([8, 8]);
  // The first shot is shown at 10 fps, the second at 5.
  const times = Array.from(
    { length: 16 },
    (_, i) => i <= 8 ? i * 100 : 800 + (i - 8) * 200,
  );
  await writeAtTimes(folder.file("a.mkv"), clip, "matroska", times);
  const analysis = await analyseVideo(folder.file("a.mkv"), { maxSeconds: 10 });
  assert.equal(analysis.video.hasVariableRate, true);
  assert.deepEqual(textOf(analysis).slice(0, 1), ["shot 0.00-0.60 (6)"]);
  assert.equal(analysis.segments[1]!.startSeconds, 1.2);
  const [first, second] = analysis.segments.map(({ scores }) =>
    scores!.cameraMotion
  );
  assert.ok(Math.abs(first! / second! - 2) < 0.2, `${first} and ${second}`);
});

Deno.test("analyseVideo() separates blank frames from shots", async () => {
  await using folder = await temporaryFolder();
  const clip = shots([24]);
  const frame = 96 * 160 * 3;
  clip.data.fill(0, 10 * frame, 14 * frame);
  await writeMp4(folder.file("a.mp4"), clip);
  const analysis = await analyseVideo(folder.file("a.mp4"), { maxSeconds: 10 });
  assert.deepEqual(textOf(analysis), [
    "shot 0.00-0.80 (8)",
    "blank 1.00-1.40 (4)",
    "shot 1.60-2.40 (8)",
  ]);
});

Deno.test("analyseVideo() keeps the intact beginning of a truncated file", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("cut.mp4");
  await writeMp4(path, shots([32]));
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, bytes.subarray(0, bytes.length * 0.6));
  const { damage, segments } = await analyseVideo(path, { maxSeconds: 10 });
  assert.match(
    damage!,
    /^the file breaks off at \d\.\d\d s: the last \d\.\d\d s are missing$/,
  );
  assert.equal(segments.length, 1);
  const { endSeconds, pictures } = segments[0]!;
  assert.ok(pictures > 8 && pictures < 32, `${pictures} frames`);
  assert.ok(Math.abs(endSeconds - pictures / 10) < 1e-6);
});

Deno.test("analyseVideo() accepts one frame, odd sizes and interlaced video", async () => {
  await using folder = await temporaryFolder();
  const one = folder.file("one.mkv");
  const odd = { height: 97, width: 161, fps: 10 };
  await writeCoded(one, shots([1], 1, odd), { filters: "format=yuv444p" });
  const single = await analyseVideo(one, { maxSeconds: 10 });
  assert.deepEqual(textOf(single), ["shot 0.00-0.10 (1)"]);
  assert.equal(single.segments[0]!.scores, null);
  assert.deepEqual([single.video.width, single.video.height], [161, 97]);

  const fields = folder.file("fields.mkv");
  await writeCoded(fields, shots([12]), {
    filters: "format=yuv422p10",
    firstField: "top",
  });
  const { video, segments } = await analyseVideo(fields, { maxSeconds: 10 });
  assert.equal(video.isInterlaced, true);
  assert.equal(segments[0]!.pictures, 12);
});

Deno.test("analyseVideo() rejects frames below 8 pixels", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("strip.mkv");
  await writeCoded(
    path,
    shots([2], 1, { height: 4, width: 160, fps: 10 }),
    { filters: "format=yuv444p" },
  );
  await assert.rejects(analyseVideo(path, { maxSeconds: 10 }), {
    name: "InputError",
    message:
      `Cannot analyse "${path}": a frame of 15000 pixels must be at least 8 pixels high and wide: it is 160x4; crop it to a common aspect`,
  });
});

Deno.test("analyseVideo() reads on after a lost packet, and says what is lost", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("lost.ts");
  await writeCoded(path, shots([60]), {
    container: "mpegts",
    filters: "format=yuv420p",
    options: { crf: 16, g: 20, keyint_min: 20, sc_threshold: 0 },
  });
  const bytes = await Deno.readFile(path);
  // The end of the second group of 20 frames, and the beginning of the third.
  const [from, to] = [0.6, 0.75].map((share) =>
    Math.floor(bytes.length * share / 188) * 188
  );
  await Deno.writeFile(
    path,
    Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)]),
  );
  const { video, damage, segments } = await analyseVideo(path, {
    maxSeconds: 10,
  });
  assert.ok(Math.abs(video.durationSeconds - 6) < 1e-6);
  assert.ok(video.damagedFrames > 0 && video.lostSeconds > 0);
  const missing = (60 - video.pictures) / 10;
  assert.ok(Math.abs(video.lostSeconds - missing) < 0.21, `${missing} s`);
  assert.equal(damage, `${video.lostSeconds.toFixed(2)} s have no frames`);
  const [first, second] = segments;
  assert.deepEqual([first!.kind, second!.kind], ["shot", "damaged"]);
  assert.equal(second!.pictures, video.damagedFrames);
});
