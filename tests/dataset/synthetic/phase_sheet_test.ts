import assert from "node:assert/strict";
import { phaseSheet } from "lib/dataset/synthetic/mod.ts";

Deno.test("phaseSheet() lays out clips of a phase, which differ by seed", async () => {
  const shape = { frames: 2, height: 32, width: 32, fps: 8 };
  const sheet = await phaseSheet({ phase: 1, count: 3, shape });
  // Each row has lines of 20 pixels, a frame of 32, and a gap of 4.
  assert.equal((sheet.height - 4 - 3 * (32 + 4)) % 20, 0);
  const large = await phaseSheet({
    ...{ phase: 1, count: 3, shape },
    ...{ columns: 1, scale: 16 },
  });
  assert.deepEqual([large.width, large.height], [520, 4 + 3 * (20 + 512 + 4)]);
  assert.deepEqual(await phaseSheet({ phase: 1, count: 3, shape }), sheet);
  assert.notDeepEqual(
    (await phaseSheet({ phase: 1, count: 3, shape, seed: 1 })).data,
    sheet.data,
  );
});
