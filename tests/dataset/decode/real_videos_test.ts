import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { decodeClip, probe } from "lib/dataset/decode/mod.ts";

const OPTIONS = { frames: 16, height: 64, width: 64, fps: 8 };
const FRAME = OPTIONS.height * OPTIONS.width * 3;
const VIDEO = /\.(mp4|mkv|webm|gif|avi|mov)$/;

const folder = Deno.env.get("AIPROD_VIDEOS") ??
  new URL("../../../../shared/videos", import.meta.url).pathname;

function videosIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name)
      .filter((name) => VIDEO.test(name)).sort();
  } catch {
    return [];
  }
}

const videos = videosIn(folder);
const why = videos.length === 0
  ? " (ignored: no folder of real videos; name one in AIPROD_VIDEOS)"
  : "";

Deno.test({
  name: `decodeClip() decodes every real video at hand${why}`,
  ignore: videos.length === 0,
  fn: async (t) => {
    for (const name of videos) {
      await t.step(name, async () => {
        const path = `${folder}/${name}`;
        const { durationSeconds, width, height } = await probe(path);
        assert.ok(width >= 16 && height >= 16);
        if (durationSeconds * OPTIONS.fps < OPTIONS.frames) {
          await assert.rejects(decodeClip(path, OPTIONS), InputError);
          return;
        }
        const { data } = await decodeClip(path, OPTIONS);
        const later = await decodeClip(path, {
          ...OPTIONS,
          frames: 4,
          startSeconds: 1,
        });
        assert.deepEqual(
          later.data,
          data.subarray(8 * FRAME, 12 * FRAME),
          "from 1 s on it shows the same, though it gets there by seeking",
        );
        let [low, high, sum] = [Infinity, -Infinity, 0];
        for (const value of data) {
          low = Math.min(low, value);
          high = Math.max(high, value);
          sum += value;
        }
        assert.ok(low >= 0 && high <= 1, `in [0,1], found [${low}, ${high}]`);
        const mean = sum / data.length;
        assert.ok(
          mean > 0.02 && mean < 0.98,
          `neither black nor white: ${mean}`,
        );
        assert.ok(high - low > 0.1, "not flat");
      });
    }
  },
});
