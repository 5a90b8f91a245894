import assert from "node:assert/strict";
import { FF_ENCODER_MJPEG, FF_ENCODER_PNG } from "node-av/constants";
import { analyseVideo } from "lib/dataset/curate/mod.ts";
import { decodeClip, probe } from "lib/dataset/decode/mod.ts";
import { writeGif } from "lib/dataset/encode/mod.ts";
import { type Coding, writeCoded } from "../_coded_video.ts";
import { brightnessClip, clipOf, temporaryFolder } from "../_video_fixture.ts";

const PICTURE = clipOf(
  { frames: 1, height: 48, width: 80, fps: 25 },
  (_, __, x) => x < 40 ? [1, 0, 0] : [0, 0, 1],
);

const FORMATS: Record<string, Coding> = {
  jpeg: {
    container: "mjpeg",
    filters: "format=yuvj444p",
    encoder: FF_ENCODER_MJPEG,
    options: { flags: "+qscale", global_quality: 236 },
  },
  png: {
    container: "image2pipe",
    filters: "format=rgb24",
    encoder: FF_ENCODER_PNG,
    options: {},
  },
};

for (const [format, coding] of Object.entries(FORMATS)) {
  // FFmpeg takes the number in a name for a pattern, and the ending for a format.
  for (const name of [`photo.${format}`, "photo.jpg", "%03d.png", "0001.mp4"]) {
    Deno.test(`a ${format} named ${name} is a clip of one frame, but no video`, async () => {
      await using folder = await temporaryFolder();
      const path = folder.file(name);
      await writeCoded(folder.file("written"), PICTURE, coding);
      await Deno.rename(folder.file("written"), path);
      const { width, height, frames } = await probe(path);
      assert.deepEqual({ width, height, frames }, {
        width: 80,
        height: 48,
        frames: 1,
      });
      const { data } = await decodeClip(path, { frames, width, height });
      assert.ok(data[0]! > 0.95 && data[2]! < 0.05, "red at the left");
      assert.ok(
        data.at(-1)! > 0.95 && data.at(-3)! < 0.05,
        "blue at the right",
      );
      const { video, segments } = await analyseVideo(path, { maxSeconds: 10 });
      assert.ok(video.isPicture);
      assert.deepEqual(
        segments.map(({ kind, pictures, scores }) => [
          kind,
          pictures,
          scores?.motion,
        ]),
        [["shot", 1, 0]],
      );
    });
  }
}

Deno.test("a GIF named %03d.gif is read", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("%03d.gif");
  await writeGif(path, brightnessClip({ ...PICTURE, frames: 4 }));
  assert.equal((await probe(path)).frames, 4);
});
