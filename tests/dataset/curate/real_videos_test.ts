import assert from "node:assert/strict";
import { analyseVideo } from "lib/dataset/curate/mod.ts";

/**
 * Frames with which shots begin, found by eye: the second video shows the
 * first in its left half, beside a chart that stays.
 */
const CUTS: Record<string, readonly number[]> = {
  "bikes.mp4": [30, 76, 137, 187, 242],
  "scene_cuts_demo.mp4": [30, 76, 137, 187, 242],
  "bigbuckbunny.mp4": [],
  "bottles.mp4": [],
  "carphone.mp4": [],
  "cars.mp4": [],
  "cockatoo.mp4": [],
  "pancake.mkv": [],
};

const folder = Deno.env.get("AIPROD_VIDEOS") ??
  new URL("../../../../shared/videos", import.meta.url).pathname;

function isThere(name: string): boolean {
  try {
    return Deno.statSync(`${folder}/${name}`).isFile;
  } catch {
    return false;
  }
}

for (const [name, cuts] of Object.entries(CUTS)) {
  const ignore = !isThere(name);
  const why = ignore
    ? " (ignored: it is not at hand; name its folder in AIPROD_VIDEOS)"
    : "";
  Deno.test({
    name: `analyseVideo() finds the real cuts of ${name}${why}`,
    ignore,
    fn: async () => {
      const { segments, video } = await analyseVideo(`${folder}/${name}`, {
        maxSeconds: 1000,
      });
      // Two frames are trimmed on either side of a cut.
      assert.deepEqual(
        segments.map(({ startSeconds }) =>
          Math.round(startSeconds * video.fps)
        ),
        [0, ...cuts.map((cut) => cut + 2)],
      );
      assert.deepEqual(
        segments.map(({ endSeconds }) => Math.round(endSeconds * video.fps)),
        [...cuts.map((cut) => cut - 2), video.pictures],
      );
    },
  });
}
