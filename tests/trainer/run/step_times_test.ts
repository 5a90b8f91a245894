import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { silentProgress } from "lib/core/mod.ts";
import { timeSteps } from "lib/trainer/mod.ts";
import { trainConfig } from "lib/recipes/train/mod.ts";

const sides = await Promise.all(
  (["hybrid", "pure"] as const).map((backbone) =>
    trainConfig({ preset: "tiny", backbone, batch: 2, frames: 4 }, [])
  ),
);

Deno.test("timeSteps() times both sides in turn, without warm-up steps", async () => {
  using device = await openDevice("cpu");
  let looks = 0;
  const times = await timeSteps(sides, 1, 2, device, {
    progress: silentProgress,
    signal: new AbortController().signal,
    // A step takes as many seconds as there were looks at the clock before.
    clock: () => 1000 * looks++ ** 2,
  });
  const at = (i: number): number => (2 * i + 1) ** 2 - (2 * i) ** 2;
  assert.deepEqual(times, [[at(4), at(6)], [at(5), at(7)]]);
});

Deno.test("timeSteps() stops on the signal", async () => {
  using device = await openDevice("cpu");
  const stop = new AbortController();
  stop.abort();
  await assert.rejects(
    timeSteps(sides, 1, 2, device, {
      progress: silentProgress,
      signal: stop.signal,
      clock: () => 0,
    }),
    { name: "StoppedError", message: "Timing was stopped" },
  );
});
