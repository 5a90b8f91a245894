import assert from "node:assert/strict";
import { phaseClips, phaseTokens } from "lib/ltx2/mod.ts";

const STRIDE = { space: 16, time: 4 };

Deno.test("phaseTokens() counts the cells of a clip", () => {
  assert.equal(
    phaseTokens({ width: 320, height: 320, frames: 24 }, STRIDE),
    20 * 20 * 6,
  );
});

Deno.test("phaseTokens() names the nearest legal size", () => {
  assert.throws(
    () => phaseTokens({ width: 250, height: 256, frames: 16 }, STRIDE),
    {
      name: "RangeError",
      message: "Cannot count tokens: width must be a multiple of 16: current " +
        "value is 250; the nearest legal value is 256",
    },
  );
  assert.throws(
    () => phaseTokens({ width: 256, height: 256, frames: 0 }, STRIDE),
    {
      name: "RangeError",
      message: "Cannot count tokens: frames must be a multiple of 4: current " +
        "value is 0; the nearest legal value is 4",
    },
  );
});

Deno.test("phaseClips() counts a sample once in every epoch", () => {
  const phase = { name: "1", batch: 4, width: 256, height: 256, frames: 16 };
  assert.equal(phaseClips({ ...phase, epochs: 20, samples: 1000 }), 20_000);
});
