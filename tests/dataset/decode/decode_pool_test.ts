import assert from "node:assert/strict";
import { decodeClip, decodePool } from "lib/dataset/decode/mod.ts";
import { writeMp4 } from "lib/dataset/encode/mod.ts";
import { brightnessClip, temporaryFolder } from "../_video_fixture.ts";

const SHAPE = { frames: 2, height: 16, width: 16, fps: 5 };

Deno.test("decodePool() gives what decodeClip() gives, and its errors", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.mp4");
  await writeMp4(
    path,
    brightnessClip({ frames: 20, height: 32, width: 32, fps: 10 }),
  );
  using pool = decodePool(2);
  const starts = [0, 0.5, 1];
  const decoded = await Promise.all(
    starts.map((startSeconds) => pool.decode(path, { ...SHAPE, startSeconds })),
  );
  for (const [i, startSeconds] of starts.entries()) {
    assert.deepEqual(
      decoded[i],
      await decodeClip(path, { ...SHAPE, startSeconds }),
    );
  }
  await assert.rejects(pool.decode(folder.file("none.mp4"), SHAPE), {
    name: "InputError",
    message: /^Cannot read ".*none\.mp4": the file must exist/,
  });
});

Deno.test("decodePool() rejects open requests when it is disposed of, and may be twice", async () => {
  const pool = decodePool(1);
  const open = pool.decode("a.mp4", SHAPE);
  pool[Symbol.dispose]();
  await assert.rejects(open, {
    name: "Error",
    message: "The decoding threads were ended",
  });
  pool[Symbol.dispose]();
});
