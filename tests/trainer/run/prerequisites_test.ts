import assert from "node:assert/strict";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { checkedConfig, type RunData } from "lib/trainer/mod.ts";

/** Checks flags of stage vae, which reads no data. */
function check(flags: object) {
  const config = runConfigOf(trainFlags.parse({ preset: "tiny", ...flags }));
  return checkedConfig(config, "vae", {} as RunData);
}

Deno.test("--shard-optimiser is refused with EMAs on the host and updates by layers", async () => {
  const others = {
    "--averages host": { averages: "host" },
    "--update layers": { update: "layers" },
  };
  for (const [flag, other] of Object.entries(others)) {
    await check(other);
    await assert.rejects(check({ shardOptimiser: true, ...other }), {
      name: "InputError",
      message: `Cannot use --shard-optimiser with ${flag}: each rank keeps ` +
        "its share of the optimiser's state and of the EMAs on its device, and " +
        "updates it at once; leave one out",
    });
  }
  await check({ shardOptimiser: true });
});
