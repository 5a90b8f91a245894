import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { openModel } from "lib/recipes/evaluate/mod.ts";
import { HELD_OUT_SIGMAS } from "lib/trainer/mod.ts";
import { untrainedFolder } from "../generate/_trained.ts";

const shape = { frames: 8, height: 32, width: 32, fps: 8 };

Deno.test("openModel() opens packed models and a phase of a run alike", async () => {
  const sampling = {
    steps: 1,
    guidance: 2,
    rescale: 0,
    sampler: "euler",
  } as const;
  const packed = await untrainedFolder();
  const run = await untrainedFolder({ diffusionFile: "phase1.safetensors" });
  using device = await openDevice("cpu");
  const clips = await Promise.all([packed, `${run}/phase1.safetensors`].map(
    async (path) => {
      using model = await openModel(path, shape, sampling, device);
      assert.equal(model.phase, 1);
      assert.deepEqual(model.latentFrames, { stride: 4 });
      assert.match(model.name, /, phase1$/);
      const generated = await model.generate(["a red circle", "a cat"], 5);
      assert.equal(generated.length, 2);
      const [through] = await model.reconstruct(generated);
      assert.ok(through!.data.every((x) => x >= 0 && x <= 1));
      const losses = await model.heldOutLoss(
        generated.map((clip) => ({ clip, caption: "a red circle" })),
      );
      assert.deepEqual([...losses.keys()], HELD_OUT_SIGMAS);
      for (const loss of losses.values()) {
        assert.ok(loss > 0 && Number.isFinite(loss), `${loss}`);
      }
      return generated;
    },
  ));
  assert.deepEqual(clips[0], clips[1]);
  await Deno.remove(packed, { recursive: true });
  await Deno.remove(run, { recursive: true });
});

Deno.test("openModel() refuses models that no phase made", async () => {
  const folder = await untrainedFolder({ stage: "text" });
  using device = await openDevice("cpu");
  await assert.rejects(
    openModel(folder, shape, {
      steps: 1,
      guidance: 1,
      rescale: 0,
      sampler: "euler",
    }, device),
    {
      name: "InputError",
      message: `Cannot evaluate "${folder}": its stage must be phase1 to ` +
        `phase5: current value is "text"; pass a folder of trained models`,
    },
  );
  await Deno.remove(folder, { recursive: true });
});
