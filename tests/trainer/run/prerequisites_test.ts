import assert from "node:assert/strict";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { assertFusable, checkedConfig, type RunData } from "lib/trainer/mod.ts";

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

Deno.test("--gradient-clipping previous is refused where gradients are summed or kept", () => {
  const assertUsable = (flags: object, ranks?: number) => {
    const options = { preset: "tiny", accumulation: 1, ...flags };
    const config = runConfigOf(trainFlags.parse(options));
    assertFusable(config, ["vae", "phase1"], ranks);
  };
  const previous = { gradientClipping: "previous" };
  const refusal = (reason: string) => ({
    name: "InputError",
    message: `Cannot use --gradient-clipping previous in vae ${reason}, and ` +
      "their exact norm costs nothing more; leave one out",
  });
  assert.throws(
    () => assertUsable({ ...previous, accumulation: 2 }),
    refusal("with --accumulation 2: gradients of microbatches are summed"),
  );
  assert.throws(
    () => assertUsable({ ...previous, update: "layers" }),
    refusal("with --update layers: gradients are kept for the layers' updates"),
  );
  assert.throws(
    () => assertUsable({ ...previous, embeddings: "host", averages: "host" }),
    refusal(
      "with --embeddings host: gradients of rows are kept for the host",
    ),
  );
  assert.throws(
    () => assertUsable(previous, 2),
    refusal("under mpirun with 2 processes: gradients of all are summed"),
  );
  assertUsable(previous);
  assertUsable({ accumulation: 2, update: "layers" }, 2);
});
