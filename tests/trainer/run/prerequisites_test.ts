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

Deno.test("--embeddings host is refused with EMAs on the device and with adapters", async () => {
  const flags = { embeddings: "host", averages: "host" };
  await check(flags);
  await assert.rejects(check({ embeddings: "host" }), {
    name: "InputError",
    message:
      "Cannot use --embeddings host: the EMAs of the tables must be on " +
      'the host as well: current --averages is "device"; pass --averages host',
  });
  const lora = { lora: "4", finetune: "checkpoints/nano" };
  await assert.rejects(check({ ...flags, ...lora }), {
    name: "InputError",
    message: "Cannot use --embeddings host with --lora: adapters leave the " +
      "tables as they are; leave one out",
  });
});
