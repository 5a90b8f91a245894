import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { forward } from "lib/recipes/describe/forward.ts";
import type { ModelFunctions } from "lib/models/text_to_video/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

// The runtime's library stays for the life of the process: opened before the
// first test, which would otherwise be told that it leaks.
const device = await openDevice("cpu", { threads: 1 });

Deno.test("forward() makes each model, runs it twice and tells what that took", async () => {
  const counts: Record<keyof ModelFunctions, number> = {
    textEncoder: 61_344,
    backbone: 105_976,
    vaeEncoder: 202_881,
    vaeDecoder: 202_881,
  };
  for (const [model, parameters] of Object.entries(counts)) {
    let now = 0;
    const report = await forward(
      model as keyof ModelFunctions,
      PRESETS.tiny,
      { frames: 4, height: 16, width: 16 },
      device,
      () => now += 500,
    );
    const { peakBytes, ...rest } = report;
    assert.deepEqual(rest, {
      model,
      parameters,
      initSeconds: 0.5,
      callSeconds: [0.5, 0.5],
      finite: true,
    });
    assert.ok(peakBytes > 10e6);
  }
});
