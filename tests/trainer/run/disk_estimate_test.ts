import assert from "node:assert/strict";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { estimateStage, logEstimate } from "lib/trainer/run/disk_estimate.ts";
import type { RunConfig } from "lib/trainer/mod.ts";

/** A run of the smallest models; fields of the configuration replace others. */
function configWith(fields: Partial<RunConfig> = {}): RunConfig {
  const flags = trainFlags.parse({
    preset: "tiny",
    run: "runs/x",
    maxSteps: 4,
  });
  return { ...runConfigOf(flags), ...fields };
}

Deno.test("estimateStage() counts one moment of the matrices that Muon moves", () => {
  const adamw = estimateStage(configWith(), "phase1");
  const muon = estimateStage(configWith({ optimiser: "muon" }), "phase1");
  assert.ok(muon.state < adamw.state, `${muon.state}, ${adamw.state}`);
  const vae = estimateStage(configWith({ optimiser: "muon" }), "vae");
  assert.ok(vae.state < estimateStage(configWith(), "vae").state);
  const text = estimateStage(configWith({ optimiser: "muon" }), "text");
  assert.equal(text.state, estimateStage(configWith(), "text").state);
});

Deno.test("estimateStage() counts checkpoints, snapshots, weights and latents", () => {
  const few = { keepLast: 1, keepEvery: 0, snapshots: 0, heldOut: 0 };
  const { state, latents, disk } = estimateStage(configWith(few), "phase1");
  const parameters = state / 5; // with two moments and two EMAs
  assert.equal(disk, 2 * state + 2 * parameters + latents);
  const diskWith = (fields: Partial<RunConfig>): number =>
    estimateStage(configWith({ ...few, ...fields }), "phase1").disk - disk;
  assert.equal(diskWith({ keepLast: 3 }), 2 * state);
  assert.equal(diskWith({ keepEvery: 2 }), 2 * state);
  assert.equal(diskWith({ snapshots: 2 }), 2 * parameters);
  assert.ok(diskWith({ heldOut: 8 }) > 0);
});

Deno.test("logEstimate() adds up the updates of the stages it has timed", async () => {
  const lines: string[] = [];
  await logEstimate(
    { ...configWith(), maxSteps: 90 },
    ["text", "vae"],
    { log: (line: string) => void lines.push(line) },
    { text: 1, vae: 2 },
    () => Promise.resolve(1e9),
  );
  assert.match(
    lines[0]!,
    /^text .*: 90 updates, .*1\.00 s an update, 1 min 30 s$/,
  );
  assert.equal(
    lines[2],
    "all updates: 4 min 30 s; clips, latents and evaluations come on top",
  );
});

Deno.test("logEstimate() counts what stays free, and warns where it does not fit", async () => {
  const linesWith = async (free: number): Promise<string[]> => {
    const lines: string[] = [];
    const host = { log: (line: string) => void lines.push(line) };
    await logEstimate(
      configWith(),
      ["text"],
      host,
      {},
      () => Promise.resolve(free),
    );
    return lines.slice(1);
  };
  const [enough, ...none] = await linesWith(1e9);
  assert.match(
    enough!,
    /^disk: about [\d.]+ MB, and 67\.1 MB that stay free, of 1\.00 GB available$/,
  );
  assert.deepEqual(none, []);
  const [, warning] = await linesWith(67.2e6);
  assert.match(
    warning!,
    /^warning: the disk may have too little room: it needs about 7\d\.\d MB, /,
  );
});
