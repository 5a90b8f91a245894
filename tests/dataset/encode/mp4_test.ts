import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { probe } from "lib/dataset/decode/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import { rationalRate } from "lib/dataset/encode/mp4.ts";
import { brightnessClip, temporaryFolder } from "../_video_fixture.ts";

const CLIP = brightnessClip({ frames: 4, height: 16, width: 16, fps: 8 });

Deno.test("writeMp4() puts the index first, so that browsers start at once", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.mp4");
  await writeMp4(path, CLIP);
  const text = new TextDecoder("latin1").decode(await Deno.readFile(path));
  assert.equal(text.slice(4, 8), "ftyp");
  assert.ok(text.indexOf("moov") > 0);
  assert.ok(text.indexOf("moov") < text.indexOf("mdat"));
});

Deno.test("writeMp4() tags the colour space as BT.709", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.mp4");
  await writeMp4(path, CLIP);
  const bytes = await Deno.readFile(path);
  const at = new TextDecoder("latin1").decode(bytes).indexOf("colrnclx");
  assert.ok(at > 0);
  // Primaries, transfer and matrix: 1 is BT.709 in each.
  assert.deepEqual([...bytes.subarray(at + 8, at + 14)], [0, 1, 0, 1, 0, 1]);
});

for (const fps of [1, 8, 12.5, 23.976, 30000 / 1001, 60]) {
  Deno.test(`writeMp4() keeps a rate of ${fps.toFixed(3)} fps`, async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("a.mp4");
    await writeMp4(path, { ...CLIP, fps });
    const info = await probe(path);
    assert.ok(Math.abs(info.fps / fps - 1) < 1e-4, `${info.fps}`);
    assert.equal(info.frames, 4);
    assert.ok(Math.abs(info.durationSeconds - 4 / fps) < 1e-3);
  });
}

Deno.test("rationalRate() finds the nearest common fraction", () => {
  const text = (fps: number): string => rationalRate(fps).toString();
  assert.equal(text(25), "25/1");
  assert.equal(text(12.5), "25/2");
  assert.equal(text(29.97), "30000/1001");
  assert.equal(text(23.976), "24000/1001");
  assert.equal(text(25 / 3), "25/3");
  assert.equal(text(0.1), "1/10");
});

Deno.test("writeMp4() replaces an older file and leaves no temporary file", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.mp4");
  await Deno.writeTextFile(path, "old");
  await writeMp4(path, CLIP);
  assert.equal((await probe(path)).frames, 4);
  assert.deepEqual([...Deno.readDirSync(folder.path)].map((f) => f.name), [
    "a.mp4",
  ]);
});

Deno.test("writeMp4() rejects odd sizes and names the nearest legal size", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.mp4");
  const odd = brightnessClip({ frames: 1, height: 16, width: 33, fps: 8 });
  await assert.rejects(writeMp4(path, odd), (error) => {
    assert.ok(error instanceof InputError);
    assert.equal(
      error.message,
      `Cannot write "${path}": width and height of an H.264 video must be even: they are 33x16; the nearest legal size is 34x16`,
    );
    return true;
  });
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("writeMp4() rejects an illegal rate", async () => {
  await assert.rejects(
    writeMp4("a.mp4", { ...CLIP, fps: 0 }),
    {
      name: "InputError",
      message:
        'Cannot write "a.mp4": the frame rate must be at least 0.01 fps: it is 0; give the clip for example 8 fps',
    },
  );
});

Deno.test("writeMp4() rejects a clip whose data do not match its shape", async () => {
  await assert.rejects(
    writeMp4("a.mp4", { ...CLIP, frames: 5 }),
    {
      name: "TypeError",
      message:
        "Cannot use a clip of shape [5,16,16,3]: it must not be empty and needs 3840 values: current count is 3072",
    },
  );
});

Deno.test("writeMp4() is deterministic", async () => {
  const folder = await Deno.makeTempDir();
  const clip = await renderScene(demoScene, {
    frames: 16,
    height: 64,
    width: 64,
    fps: 8,
  });
  const files = new Set<string>();
  for (let i = 0; i < 8; i++) {
    await writeMp4(`${folder}/same.mp4`, clip);
    files.add((await Deno.readFile(`${folder}/same.mp4`)).toHex());
  }
  assert.equal(files.size, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("rationalRate() keeps slow rates, which no broadcast rate is near", () => {
  for (
    const [fps, num, den] of [[0.001, 1, 1000], [0.004, 1, 250], [
      29.97,
      30000,
      1001,
    ]] as const
  ) {
    const rate = rationalRate(fps);
    assert.deepEqual([rate.num, rate.den], [num, den]);
  }
});
