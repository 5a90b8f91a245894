import assert from "node:assert/strict";
import {
  decodeClip,
  framesThatFit,
  latestStart,
} from "lib/dataset/decode/mod.ts";
import { VideoSource } from "lib/dataset/decode/_video_source.ts";
import { writeGif, writeMp4 } from "lib/dataset/encode/mod.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import {
  brightnessClip,
  clipOf,
  indicesIn,
  psnr,
  stripedY4m,
  temporaryFolder,
  writeAtTimes,
} from "../_video_fixture.ts";

const GREYS = brightnessClip({ frames: 20, height: 32, width: 32, fps: 10 });

/** The frames of `GREYS` that a decoded clip shows. */
async function greysIn(
  path: string,
  options: { frames: number; fps?: number; startSeconds?: number },
): Promise<number[]> {
  const clip = await decodeClip(path, { height: 16, width: 16, ...options });
  return indicesIn(clip, GREYS.frames);
}

Deno.test("decodeClip() restores what writeMp4() wrote within 32 dB", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("demo.mp4");
  const clip = await renderScene(demoScene, {
    frames: 16,
    height: 64,
    width: 64,
    fps: 8,
  });
  await writeMp4(path, clip);
  const decoded = await decodeClip(path, {
    frames: 16,
    height: 64,
    width: 64,
    fps: 8,
  });
  assert.deepEqual(
    { ...decoded, data: decoded.data.length },
    { frames: 16, height: 64, width: 64, fps: 8, data: 16 * 64 * 64 * 3 },
  );
  const quality = psnr(clip.data, decoded.data);
  assert.ok(quality > 32, `${quality.toFixed(1)} dB`);
});

Deno.test("decodeClip() restores flat colours within two steps of 255", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("colours.mp4");
  const colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [
    0,
    0,
    0,
  ], [200, 120, 40]];
  const clip = clipOf(
    { frames: 6, height: 32, width: 32, fps: 8 },
    (i) => colours[i]!.map((byte) => byte / 255),
  );
  await writeMp4(path, clip);
  const decoded = await decodeClip(path, { frames: 6, height: 32, width: 32 });
  const worst = decoded.data.reduce(
    (most, value, j) => Math.max(most, Math.abs(value - clip.data[j]!)),
    0,
  );
  assert.ok(worst * 255 <= 2.01, `off by ${worst * 255} of 255`);
});

for (
  const [container, write] of [["mp4", writeMp4], ["gif", writeGif]] as const
) {
  Deno.test(`decodeClip() resamples a 10 fps ${container} by time, not by frame`, async () => {
    await using folder = await temporaryFolder();
    const path = folder.file(`greys.${container}`);
    await write(path, GREYS);
    assert.deepEqual(
      await greysIn(path, { frames: 10, fps: 5 }),
      [0, 2, 4, 6, 8, 10, 12, 14, 16, 18],
    );
    const all = Array.from({ length: 20 }, (_, i) => i);
    assert.deepEqual(await greysIn(path, { frames: 20, fps: 10 }), all);
    assert.deepEqual(
      await greysIn(path, { frames: 40, fps: 20 }),
      all.flatMap((i) => [i, i]),
    );
    assert.deepEqual(
      await greysIn(path, { frames: 6, fps: 4 }),
      [0, 2, 5, 7, 10, 12],
    );
  });

  Deno.test(`decodeClip() starts a ${container} at startSeconds`, async () => {
    await using folder = await temporaryFolder();
    const path = folder.file(`greys.${container}`);
    await write(path, GREYS);
    assert.deepEqual(
      await greysIn(path, { frames: 4, fps: 10, startSeconds: 1.25 }),
      [12, 13, 14, 15],
    );
    assert.deepEqual(
      await greysIn(path, { frames: 1, fps: 10, startSeconds: 1.9 }),
      [19],
    );
  });
}

Deno.test("decodeClip() seeks across key frames to the same frames", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("long.mp4");
  // More than two of x264's longest distances between key frames (250).
  const clip = brightnessClip({ frames: 20, height: 32, width: 32, fps: 10 });
  const long = clipOf(
    { frames: 600, height: 32, width: 32, fps: 10 },
    (i) => Array(3).fill(clip.data[(i % 20) * 32 * 32 * 3]),
  );
  await writeMp4(path, long);
  for (const start of [24.9, 25, 25.1, 49.9, 50, 57.3]) {
    const first = Math.round(start * 10);
    assert.deepEqual(
      await greysIn(path, { frames: 3, fps: 10, startSeconds: start }),
      [first % 20, (first + 1) % 20, (first + 2) % 20],
      `from ${start} s`,
    );
  }
});

Deno.test("decodeClip() defaults to the rate of the video", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("greys.mp4");
  await writeMp4(path, GREYS);
  const clip = await decodeClip(path, { frames: 3, height: 16, width: 16 });
  assert.equal(clip.fps, 10);
  assert.deepEqual(indicesIn(clip, 20), [0, 1, 2]);
});

for (const container of ["matroska", "webm"] as const) {
  Deno.test(`decodeClip() uses the timestamps of a ${container} of variable rate`, async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("varying");
    const clip = brightnessClip({ frames: 5, height: 32, width: 32, fps: 10 });
    await writeAtTimes(path, clip, container, [0, 33, 500, 540, 1000]);
    const decoded = await decodeClip(path, {
      frames: 11,
      height: 16,
      width: 16,
      fps: 10,
    });
    // Shown at 0, 100, ... 1000 ms.
    assert.deepEqual(
      indicesIn(decoded, 5),
      [0, 1, 1, 1, 1, 2, 3, 3, 3, 3, 4],
    );
  });
}

Deno.test("decodeClip() presents a frame whose time was rounded up by half a tick", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("rounded.mkv");
  const clip = brightnessClip({ frames: 6, height: 32, width: 32, fps: 30 });
  // 30 fps in milliseconds: the third frame is due at 66.67 and stored at 67.
  await writeAtTimes(path, clip, "matroska", [0, 33, 67, 100, 133, 167]);
  const decoded = await decodeClip(path, {
    frames: 6,
    height: 16,
    width: 16,
    fps: 30,
  });
  assert.deepEqual(indicesIn(decoded, 6), [0, 1, 2, 3, 4, 5]);
});

Deno.test("decodeClip() covers the shape with the centre of the frame", async () => {
  await using folder = await temporaryFolder();
  const [red, green, blue] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  const greenIn = (clip: { data: Float32Array }): number =>
    Math.min(...clip.data.filter((_, j) => j % 3 === 1)) -
    Math.max(...clip.data.filter((_, j) => j % 3 !== 1));

  const wide = folder.file("wide.mp4");
  await writeMp4(
    wide,
    clipOf(
      { frames: 2, height: 64, width: 128, fps: 8 },
      (_, __, x) => (x < 28 ? red : x < 100 ? green : blue)!,
    ),
  );
  const square = await decodeClip(wide, { frames: 2, height: 32, width: 32 });
  assert.ok(greenIn(square) > 0.9, "sides are cut off");
  const whole = await decodeClip(wide, { frames: 1, height: 32, width: 64 });
  assert.ok(whole.data[0]! > 0.9, "left stays");
  assert.ok(whole.data[64 * 3 - 1]! > 0.9, "right stays");

  const tall = folder.file("tall.mp4");
  await writeMp4(
    tall,
    clipOf(
      { frames: 2, height: 128, width: 64, fps: 8 },
      (_, y) => (y < 28 ? red : y < 100 ? green : blue)!,
    ),
  );
  const middle = await decodeClip(tall, { frames: 2, height: 32, width: 32 });
  assert.ok(greenIn(middle) > 0.9, "top and bottom are cut off");
});

Deno.test("decodeClip() takes pixels as stored if asked, whatever their aspect", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("wide.y4m");
  await Deno.writeFile(path, stripedY4m(2));
  const shape = { frames: 1, height: 16, width: 16 };
  const { data } = await decodeClip(path, { ...shape, stored: true });
  assert.deepEqual(
    [...data],
    Array.from({ length: 16 * 16 * 3 }, (_, i) => Math.floor(i / 3) % 2),
  );
  // As displayed, the middle half of each row is enlarged twofold.
  const displayed = await decodeClip(path, shape);
  assert.ok(displayed.data.some((x) => x > 0.1 && x < 0.9));
});

Deno.test("decodeClip() averages fine detail instead of picking pixels", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("checks.mp4");
  await writeMp4(
    path,
    clipOf(
      { frames: 1, height: 128, width: 128, fps: 8 },
      (_, y, x) => Array(3).fill((x + y) % 2),
    ),
  );
  const { data } = await decodeClip(path, { frames: 1, height: 16, width: 16 });
  assert.ok(Math.min(...data) > 0.45 && Math.max(...data) < 0.55);
});

Deno.test("decodeClip() enlarges a small frame", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("small.mp4");
  await writeMp4(path, GREYS);
  const clip = await decodeClip(path, { frames: 20, height: 96, width: 64 });
  assert.deepEqual(
    indicesIn(clip, 20),
    Array.from({ length: 20 }, (_, i) => i),
  );
});

Deno.test("decodeClip() applies the display matrix", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("phone.mp4");
  await writeMp4(
    path,
    clipOf(
      { frames: 2, height: 32, width: 64, fps: 8 },
      (_, __, x) => x < 32 ? [1, 0, 0] : [0, 0, 1],
    ),
  );
  const bytes = await Deno.readFile(path);
  const matrix = new TextDecoder("latin1").decode(bytes).indexOf("tkhd") + 44;
  const one = 0x10000;
  const turns: [string, number[], "width" | "height", number][] = [
    ["clockwise", [0, one, -one, 0], "height", 0],
    ["counter-clockwise", [0, -one, one, 0], "height", 2],
    ["upside down", [-one, 0, 0, -one], "width", 2],
  ];
  for (const [way, [a, b, c, d], along, red] of turns) {
    const view = new DataView(bytes.buffer);
    for (const [at, value] of [[0, a], [4, b], [12, c], [16, d]] as const) {
      view.setInt32(matrix + at, value!);
    }
    await Deno.writeFile(path, bytes);
    const size = along === "height"
      ? { height: 64, width: 32 }
      : { height: 32, width: 64 };
    const { data } = await decodeClip(path, { frames: 1, ...size });
    // Red is at the beginning (top or left) or at the end of the long side.
    assert.ok(data[red]! > 0.9, `${way}: begins`);
    assert.ok(data[data.length - 3 + 2 - red]! > 0.9, `${way}: ends`);
  }
});

Deno.test("decodeClip() starts over when seeking overshoots", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("long.mp4");
  await writeMp4(
    path,
    clipOf(
      { frames: 300, height: 32, width: 32, fps: 10 },
      (i) => Array(3).fill(GREYS.data[(i % 20) * 32 * 32 * 3]),
    ),
  );
  const { seek } = VideoSource.prototype;
  try {
    // x264 puts a key frame at 25 s: too late for 24.5 s.
    VideoSource.prototype.seek = function (seconds): Promise<void> {
      return seek.call(this, seconds + 1);
    };
    assert.deepEqual(
      await greysIn(path, { frames: 3, fps: 10, startSeconds: 24.5 }),
      [5, 6, 7],
    );
  } finally {
    VideoSource.prototype.seek = seek;
  }
});

Deno.test("decodeClip() stops as soon as the clip is full", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("greys.mp4");
  await writeMp4(path, GREYS);
  const { decode } = VideoSource.prototype;
  let frames = 0;
  try {
    VideoSource.prototype.decode = async function* () {
      for await (const frame of decode.call(this)) {
        frames++;
        yield frame;
      }
    };
    await decodeClip(path, { frames: 4, height: 16, width: 16, fps: 10 });
  } finally {
    VideoSource.prototype.decode = decode;
  }
  // The fifth says that the fourth has been shown.
  assert.equal(frames, 5);
});

for (const container of ["mp4", "matroska"] as const) {
  Deno.test(`decodeClip() returns every frame that is due before a ${container} ends`, async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("short");
    if (container === "mp4") await writeMp4(path, GREYS);
    else {
      const times = Array.from({ length: 20 }, (_, i) => i * 100);
      await writeAtTimes(path, GREYS, container, times);
    }
    const room = { endSeconds: 2, fps: 8 };
    // A start that was drawn: the last frame is due 30 microseconds before 2 s.
    const drawn = 0.12497;
    const latest = latestStart({ ...room, frames: 16 });
    for (const startSeconds of [0, drawn, latest]) {
      assert.equal(framesThatFit({ ...room, startSeconds }), 16);
      const greys = await greysIn(path, { frames: 16, fps: 8, startSeconds });
      assert.equal(greys.at(-1), startSeconds === 0 ? 18 : 19);
    }
    const startSeconds = latest + 1e-5;
    assert.equal(framesThatFit({ ...room, startSeconds }), 15);
    await assert.rejects(
      greysIn(path, { frames: 16, fps: 8, startSeconds }),
      /it holds 15 at this rate/,
    );
  });
}
