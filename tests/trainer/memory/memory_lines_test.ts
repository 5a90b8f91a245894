import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { memoryLines } from "lib/trainer/memory/memory_lines.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";

const OPTIONS = runConfigOf(trainFlags.parse({ preset: "tiny", batch: 8 }));

Deno.test("memoryLines() says of each stage but text what it takes of what there is", async () => {
  using device = await openDevice("cpu");
  const stages = ["vae", "text", "phase1"] as const;
  const lines = memoryLines(OPTIONS, stages, device, {
    free: 7e9,
    process: 2e8,
  });
  assert.equal(lines.length, 2);
  assert.match(
    lines[0]!,
    /^memory of vae: about \d+ MB of 7\.20 GB available$/,
  );
  assert.match(lines[1]!, /^memory of phase1: about \d+ MB of 7\.20 GB/);
});

Deno.test("memoryLines() refuses what does not fit, and names a setting that does", async () => {
  using device = await openDevice("cpu");
  const options = runConfigOf(trainFlags.parse({ preset: "nano", batch: 64 }));
  assert.throws(
    () => memoryLines(options, ["vae"], device, { free: 1.5e9, process: 2e8 }),
    {
      name: "InputError",
      message:
        /^Cannot train vae: not enough memory: needs [\d.]+ GB, 1\.70 GB available; --batch \d+ --accumulation \d+ takes (1\.[0-6]\d GB|\d+ MB)$/,
    },
  );
  assert.throws(
    () => memoryLines(options, ["phase1"], device, { free: 1e6, process: 1e6 }),
    {
      name: "InputError",
      message:
        /^Cannot train phase1: .* 2\.00 MB available; choose a smaller preset or --size$/,
    },
  );
});
