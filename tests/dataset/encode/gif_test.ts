import assert from "node:assert/strict";
import { decodeClip } from "lib/dataset/decode/mod.ts";
import { encodeGif, previewGif, writeGif } from "lib/dataset/encode/mod.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import { brightnessClip, psnr, temporaryFolder } from "../_video_fixture.ts";

/** Hundredths of a second that each frame lasts, from the graphic control blocks. */
function delaysOf(gif: Uint8Array): number[] {
  const delays: number[] = [];
  for (let i = 0; i + 5 < gif.length; i++) {
    if (gif[i] === 0x21 && gif[i + 1] === 0xf9 && gif[i + 2] === 4) {
      delays.push(gif[i + 4]! + 256 * gif[i + 5]!);
    }
  }
  return delays;
}

Deno.test("encodeGif() loops for ever", () => {
  const gif = encodeGif(
    brightnessClip({ frames: 2, height: 8, width: 8, fps: 8 }),
  );
  const text = new TextDecoder("latin1").decode(gif);
  const loop = text.indexOf("NETSCAPE2.0");
  assert.ok(loop > 0);
  assert.deepEqual([...gif.subarray(loop + 11, loop + 16)], [3, 1, 0, 0, 0]);
});

Deno.test("encodeGif() distributes rounding errors over the frames", () => {
  const gif = encodeGif(
    brightnessClip({ frames: 8, height: 8, width: 8, fps: 8 }),
  );
  // 12.5 hundredths each.
  assert.deepEqual(delaysOf(gif), [13, 12, 13, 12, 13, 12, 13, 12]);
});

Deno.test("writeGif() chooses a palette that suits the clip", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.gif");
  const clip = await renderScene(demoScene, {
    frames: 8,
    height: 64,
    width: 64,
    fps: 10,
  });
  await writeGif(path, clip);
  const decoded = await decodeClip(path, {
    frames: 8,
    height: 64,
    width: 64,
    fps: 10,
  });
  const quality = psnr(clip.data, decoded.data);
  assert.ok(quality > 35, `${quality.toFixed(1)} dB`);
});

Deno.test("encodeGif() rejects a rate above 50 fps", () => {
  const clip = brightnessClip({ frames: 2, height: 8, width: 8, fps: 60 });
  assert.throws(() => encodeGif(clip), {
    name: "InputError",
    message:
      "Cannot make a GIF: its rate must be from 0.01 to 50 fps: it is 60; write an MP4 instead",
  });
});

Deno.test("previewGif() plays a faster clip at 50 fps", () => {
  const clip = brightnessClip({ frames: 2, height: 8, width: 8, fps: 60 });
  assert.deepEqual(previewGif(clip), encodeGif({ ...clip, fps: 50 }));
});
