import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import { filtered, nsfwFilter, RefusedError } from "lib/service/worker/mod.ts";

const GREY: Clip = {
  frames: 4,
  height: 32,
  width: 32,
  fps: 8,
  data: new Float32Array(4 * 32 * 32 * 3).fill(0.5),
};

Deno.test("nsfwjs gives each class a score and flags no grey video", async () => {
  using filter = nsfwFilter("refuse");
  const { flagged, scores } = await filtered(filter, GREY);
  assert.equal(flagged, false);
  assert.deepEqual(
    Object.keys(scores).sort(),
    ["Drawing", "Hentai", "Neutral", "Porn", "Sexy"],
  );
  // All frames are the same, so the largest scores are those of one frame.
  const sum = Object.values(scores).reduce((total, score) => total + score, 0);
  assert.ok(Math.abs(sum - 1) < 1e-3, `${sum}`);
});

Deno.test("a flagged video is refused or let pass as the policy says", async () => {
  const result = { flagged: true, scores: { Porn: 0.9 } };
  const look = () => Promise.resolve(result);
  assert.equal(await filtered({ policy: "flag", look }, GREY), result);
  await assert.rejects(
    () => filtered({ policy: "refuse", look }, GREY),
    (error) => error instanceof RefusedError && error.result === result,
  );
});
