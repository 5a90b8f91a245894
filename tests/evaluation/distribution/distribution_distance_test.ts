import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import {
  distributionDistance,
  type FeatureSetting,
  FeatureStatistics,
  loadStatistics,
  requireSameSetting,
  saveStatistics,
} from "lib/evaluation/mod.ts";

const SETTING: FeatureSetting = {
  network: "i3d",
  weights: "ab",
  layer: "logits",
  dimension: 4,
  frames: 16,
  fps: 8,
  size: "64x64",
  resize: "bilinear",
};

function statistics(
  seed: number,
  count: number,
  setting: FeatureSetting = SETTING,
  capacity: number = 4096,
): FeatureStatistics {
  const made = new FeatureStatistics(setting, capacity);
  const rng = new Rng(seed);
  for (let i = 0; i < count; i++) made.add(rng.normals([4]).data);
  return made;
}

Deno.test("distributionDistance() is called FVD by I3D alone, and FWD by world3d", () => {
  for (
    const [network, metric] of [
      ["i3d", "FVD"],
      ["world3d", "FWD"],
      ["other", "Fréchet other distance"],
    ] as const
  ) {
    const setting = { ...SETTING, network };
    const found = distributionDistance(
      statistics(1, 20, setting),
      statistics(2, 20, setting),
      new Rng(1),
    );
    assert.equal(found.metric, metric);
    assert.deepEqual(found.clips, { a: 20, b: 20 });
    assert.deepEqual(found.setting, setting);
  }
});

Deno.test("distributionDistance() of a set with itself is below 1e-6", () => {
  const set = statistics(1, 50);
  const { frechet } = distributionDistance(set, set, new Rng(1));
  assert.ok(Math.abs(frechet) < 1e-6, `${frechet}`);
});

Deno.test("distributionDistance() is the same for the same generator", () => {
  const of = () =>
    distributionDistance(statistics(1, 60), statistics(2, 60), new Rng(7));
  assert.deepEqual(of(), of());
});

Deno.test("distributionDistance() says how little few clips tell", () => {
  const few = distributionDistance(
    statistics(1, 4),
    statistics(2, 4),
    new Rng(1),
  );
  assert.equal(few.spread, null);
  assert.equal(few.curve, null);
  assert.match(
    few.warnings[0]!,
    /^4 clips for 4 features: the covariances have rank 3 of 4/,
  );
  const some = distributionDistance(
    statistics(1, 8),
    statistics(2, 30),
    new Rng(1),
  );
  assert.match(some.warnings[0]!, /^8 clips for 4 features: there are fewer/);
  const many = distributionDistance(
    statistics(1, 30),
    statistics(2, 30),
    new Rng(1),
  );
  assert.deepEqual(many.warnings, []);
  assert.ok(many.spread! > 0);
});

Deno.test("distributionDistance() refuses settings that differ, naming the field", () => {
  const values = {
    network: "world3d",
    weights: "cd",
    layer: "pooled",
    dimension: 5,
    frames: 32,
    fps: 24,
    size: "128x128",
    resize: "none",
  } as const;
  for (const [field, value] of Object.entries(values)) {
    const other = { ...SETTING, [field]: value };
    assert.throws(() => requireSameSetting(SETTING, other), {
      name: "InputError",
      message: `Cannot compare sets of clips: ${field} must be the same: ` +
        `current values are ${
          SETTING[field as keyof FeatureSetting]
        } and ${value}; evaluate both alike`,
    });
  }
  assert.throws(
    () =>
      distributionDistance(
        statistics(1, 20),
        statistics(1, 20, { ...SETTING, fps: 24 }),
        new Rng(1),
      ),
    { name: "InputError", message: /fps must be the same/ },
  );
  requireSameSetting(SETTING, { ...SETTING });
});

Deno.test("distributionDistance() refuses a set of one clip", () => {
  assert.throws(
    () => distributionDistance(statistics(1, 1), statistics(2, 5), new Rng(1)),
    {
      name: "InputError",
      message:
        "Cannot compare sets of clips: each must have at least 2: current counts are 1 and 5; add clips",
    },
  );
});

Deno.test("FeatureStatistics keeps a fair sample of rows and the moments of all", () => {
  // Row i holds i: of 400 rows 40 are kept, their mean is near 200.
  const made = new FeatureStatistics({ ...SETTING, dimension: 1 }, 40);
  for (let i = 0; i < 400; i++) made.add([i]);
  assert.equal(made.count, 400);
  assert.equal(made.moments.mean[0], 199.5);
  const kept = [...made.rows.values];
  assert.equal(kept.length, 40);
  assert.equal(new Set(kept).size, 40);
  const mean = kept.reduce((a, b) => a + b, 0) / 40;
  assert.ok(mean > 140 && mean < 260, `${mean}`);
});

Deno.test("statistics load with every digit saved, and rows not kept stay counted", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const made = statistics(1, 30, SETTING, 12);
  await saveStatistics(path, made);
  const { setting, count, moments, rows } = await loadStatistics(path);
  assert.deepEqual(setting, SETTING);
  assert.equal(count, 30);
  assert.deepEqual(moments, made.moments);
  assert.equal(rows.count, 12);
  assert.deepEqual([...rows.values], [...made.rows.values]);
  await Deno.remove(path);
});

Deno.test("loadStatistics() refuses another safetensors file", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const { writeSafetensors } = await import("lib/formats/safetensors/mod.ts");
  await writeSafetensors(path, [], { schema: "other" });
  await assert.rejects(loadStatistics(path), {
    name: "InputError",
    message:
      `Cannot use "${path}": its schema must be "feature statistics 1": current value is "other"; delete it: it is computed again`,
  });
  await Deno.remove(path);
});
