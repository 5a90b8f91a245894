import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import {
  type GenerateOptions,
  openGenerator,
  readTrainedModels,
} from "lib/pipeline/mod.ts";
import "../compiler/_runtime.ts";
import { untrainedFolder } from "../recipes/generate/_trained.ts";

const OPTIONS: GenerateOptions = {
  prompts: ["a red circle"],
  seed: 3,
  frames: 8,
  height: 32,
  width: 48,
  fps: 8,
  steps: 2,
  guidance: 2,
  sampler: "heun",
};

Deno.test("a generator makes clips in [0,1] that seed, not company, decides", async () => {
  const folder = await untrainedFolder();
  using device = await openDevice("cpu");
  using generator = await openGenerator(
    device,
    await readTrainedModels(folder),
  );
  const [clip] = await generator.generate(OPTIONS);
  assert.deepEqual(
    [clip!.frames, clip!.height, clip!.width, clip!.fps],
    [8, 32, 48, 8],
  );
  assert.ok(clip!.data.every((value) => value >= 0 && value <= 1));
  const pair = await generator.generate({
    ...OPTIONS,
    prompts: ["a red circle", "a red circle"],
  });
  assert.equal(pair.length, 2);
  const apart = (a: Float32Array, b: Float32Array): number =>
    a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
  assert.ok(apart(pair[0]!.data, clip!.data) < 1e-4);
  assert.ok(apart(pair[1]!.data, clip!.data) > 1e-3);
  const [other] = await generator.generate({ ...OPTIONS, seed: 4 });
  assert.ok(apart(other!.data, clip!.data) > 1e-3);
  await Deno.remove(folder, { recursive: true });
});
