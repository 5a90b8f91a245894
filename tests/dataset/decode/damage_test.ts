import assert from "node:assert/strict";
import { FF_ENCODER_LIBVPX_VP9 } from "node-av/constants";
import type { Clip } from "lib/core/mod.ts";
import { decodeClip, probe, VideoScan } from "lib/dataset/decode/mod.ts";
import { type Coding, writeCoded } from "../_coded_video.ts";
import { clipOf, temporaryFolder } from "../_video_fixture.ts";

/** Bytes of a packet of MPEG-TS. */
const TS_PACKET = 188;

/** A moving pattern, of which every frame needs several packets of MPEG-TS. */
function pattern(frames: number): Clip {
  return clipOf(
    { frames, height: 64, width: 64, fps: 25 },
    (
      i,
      y,
      x,
    ) => [(x * 7 + i * 3) % 64 / 64, (y * 5) % 64 / 64, (x * y) % 64 / 64],
  );
}

/** Key frames at 0, 0.4, 0.8, ... s. */
const CODING: Coding = {
  filters: "format=yuv420p",
  options: { crf: 16, bf: 2, g: 10, keyint_min: 10, sc_threshold: 0 },
};

interface Scanned {
  readonly times: string[];
  /** Indices of frames that are not intact. */
  readonly broken: number[];
  readonly damage: string | undefined;
  readonly lostSeconds: number;
}

async function scanOf(path: string): Promise<Scanned> {
  await using scan = await VideoScan.open(path);
  const times = [];
  const broken = [];
  for await (const { seconds, isIntact } of scan.frames()) {
    if (!isIntact) broken.push(times.length);
    times.push(seconds.toFixed(2));
  }
  const { damage, lostSeconds, damagedFrames } = scan;
  assert.equal(damagedFrames, broken.length);
  return { times, broken, damage, lostSeconds };
}

Deno.test("a lost packet damages the frames up to the next key frame alone", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("lost.ts");
  await writeCoded(path, pattern(50), { ...CODING, container: "mpegts" });
  const whole = await scanOf(path);
  assert.deepEqual([whole.times.length, whole.broken], [50, []]);
  const bytes = await Deno.readFile(path);
  // In the middle, in the second half of a group.
  const at = Math.floor(bytes.length * 0.45 / TS_PACKET) * TS_PACKET;
  await Deno.writeFile(
    path,
    Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 188)]),
  );
  const { times, broken, damage } = await scanOf(path);
  assert.deepEqual(times, whole.times);
  assert.equal(damage, undefined);
  const [first, last] = [broken[0]!, broken.at(-1)!];
  assert.ok(first > 10 && last < 40, `${first} to ${last}`);
  assert.equal(broken.length, last - first + 1);
  assert.equal((last + 1) % 10, 0, "up to a key frame");

  assert.equal((await probe(path)).frames, 50);
  const shape = { height: 32, width: 32, fps: 25 };
  const before = await decodeClip(path, { ...shape, frames: first });
  assert.equal(before.frames, first);
  const startSeconds = (last + 1) / 25;
  const after = await decodeClip(path, { ...shape, frames: 5, startSeconds });
  assert.equal(after.frames, 5);
  await assert.rejects(decodeClip(path, { ...shape, frames: 50 }), {
    name: "InputError",
    message: `Cannot decode "${path}": the file must be whole: the frame at ${
      (first / 25).toFixed(2)
    } s is damaged; get a whole copy, or cut the good part out of it`,
  });
});

Deno.test("a lost second of a broadcast is reported, and times stay right", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("gap.ts");
  await writeCoded(path, pattern(100), { ...CODING, container: "mpegts" });
  const bytes = await Deno.readFile(path);
  const packet = (share: number): number =>
    Math.floor(bytes.length * share / TS_PACKET) * TS_PACKET;
  const kept = [
    ...bytes.subarray(0, packet(0.4)),
    ...bytes.subarray(packet(0.65)),
  ];
  await Deno.writeFile(path, Uint8Array.from(kept));
  const { times, damage, lostSeconds } = await scanOf(path);
  assert.equal(times.at(-1), "3.96");
  assert.ok(lostSeconds > 0.7 && lostSeconds < 1.2, `${lostSeconds} s`);
  assert.ok(Math.abs((100 - times.length) / 25 - lostSeconds) < 0.13);
  assert.equal(damage, `${lostSeconds.toFixed(2)} s have no frames`);
});

for (const container of ["mp4", "matroska", "flv", "avi"]) {
  Deno.test(`a ${container} that was cut says how much is missing`, async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("cut");
    const muxing: Record<string, string> = container === "mp4"
      ? { movflags: "faststart" }
      : {};
    await writeCoded(path, pattern(50), { ...CODING, container, muxing });
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.subarray(0, bytes.length * 0.5));
    const { times, damage, lostSeconds } = await scanOf(path);
    assert.ok(times.length > 10 && times.length < 40, `${times.length} frames`);
    assert.ok(
      Math.abs(lostSeconds + times.length / 25 - 2) < 0.13,
      `${times.length} frames, ${lostSeconds} s lost`,
    );
    assert.match(
      damage!,
      /^(1 frame from \d\.\d\d s on cannot be decoded, )?the file breaks off at \d\.\d\d s: the last \d\.\d\d s are missing$/,
    );
  });
}

Deno.test("a file whose frames are all damaged is an error", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("nothing.webm");
  await writeCoded(path, pattern(1), {
    container: "webm",
    filters: "format=yuv420p",
    encoder: FF_ENCODER_LIBVPX_VP9,
    options: { deadline: "realtime", "cpu-used": 8 },
  });
  const bytes = await Deno.readFile(path);
  // The code that every key frame of VP9 begins with.
  const sync = new TextDecoder("latin1").decode(bytes).indexOf("I\u0192B");
  bytes.fill(0, sync, sync + 3);
  await Deno.writeFile(path, bytes);
  const why =
    /the file must (hold a video|be whole): .*no frame can be decoded/;
  await assert.rejects(probe(path), why);
  await assert.rejects(
    decodeClip(path, { frames: 1, height: 8, width: 8 }),
    why,
  );
});
