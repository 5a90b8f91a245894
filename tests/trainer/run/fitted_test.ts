import assert from "node:assert/strict";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { saveConfig } from "lib/trainer/run/config_file.ts";
import { configOfStage, fittedConfig } from "lib/trainer/run/fitted.ts";

async function inFolder(work: (run: string) => Promise<void>): Promise<void> {
  const run = await Deno.makeTempDir();
  try {
    await work(run);
  } finally {
    await Deno.remove(run, { recursive: true });
  }
}

const configIn = (run: string, fit: string) =>
  runConfigOf(trainFlags.parse({ preset: "tiny", device: "cpu", run, fit }));

Deno.test("fittedConfig() takes a setting for each stage, with which a run goes on", async () => {
  await inFolder(async (run) => {
    const lines: string[] = [];
    const host = { log: (line: string) => void lines.push(line) };
    const config = await fittedConfig(configIn(run, "8GB"), ["text"], host);
    assert.deepEqual(lines, [
      "fit: text: estimates settings within 8.00 GB",
      "fit: text: --batch 64 --accumulation 1",
    ]);
    assert.equal(configOfStage(config, "text").recompute, false);
    // A run that began with another setting keeps it.
    const begun = {
      ...config,
      fitted: {
        text: {
          ...config.fitted!.text!,
          batch: 16,
          accumulation: 4,
          recompute: true,
        },
      },
    };
    await saveConfig(run, begun);
    const again = await fittedConfig(configIn(run, "8GB"), ["text"], host);
    assert.equal(configOfStage(again, "text").recompute, true);
    assert.equal(configOfStage(again, "phase1").recompute, false);
    assert.deepEqual(
      [again.plans.text.batch, again.plans.text.accumulation],
      [16, 4],
    );
  });
});

Deno.test("fittedConfig() refuses a stage that fits in no setting", async () => {
  await inFolder((run) =>
    assert.rejects(
      () => fittedConfig(configIn(run, "0.001"), ["vae"], { log() {} }),
      {
        name: "InputError",
        message:
          /^Cannot fit vae into 1\.00 MB: --batch 1 .* takes [\d.]+ MB of the device and \d+ MB of the host; pass a larger --fit, or a smaller preset or --size$/,
      },
    )
  );
});
