import assert from "node:assert/strict";
import { disposeState, uploadState } from "lib/compiler/mod.ts";
import { isNdArray, mapTree, Rng } from "lib/core/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { HELD_OUT_SIGMAS, openHeldOutLoss } from "lib/trainer/mod.ts";
import {
  device,
  diffusionConfig,
  initDiffusion,
  positions,
} from "../_tiny_models.ts";

const rng = new Rng(5);
const clips = ["a red cat", "", "dog"].map((caption) => ({
  latent: rng.normals([2, 1, 2, PRESETS.tiny.vae.latentChannels]),
  caption,
}));

Deno.test("the held-out loss is reproducible and starts as that of a zero prediction", async () => {
  const state = await uploadState(device, initDiffusion());
  const open = (seed: number) =>
    openHeldOutLoss(device, state, diffusionConfig, {
      groups: [
        { clips: clips.slice(0, 2), positions: positions() },
        { clips: clips.slice(2), positions: positions() },
      ],
      seed,
    });
  using loss = open(1);
  const measured = await loss.measure();
  const { bySigma: first, byClip } = measured;
  assert.deepEqual(
    [first.length, byClip.length],
    [HELD_OUT_SIGMAS.length, clips.length],
  );
  assert.deepEqual(await loss.measure(), measured);
  // A zero prediction does not read.
  assert.deepEqual(await loss.measureSwapped(), measured);
  // The velocity that is missed is noise - data, two normals: variance 2; and
  // with the same noise at all sigmas, the same loss.
  assert.ok(first.every((value) => Math.abs(value - first[0]!) < 1e-6));
  assert.ok(first[0]! > 1 && first[0]! < 3, `${first[0]}`);
  using other = open(2);
  assert.notEqual((await other.measure()).bySigma[0], first[0]);
  disposeState(state);
});

Deno.test("swapped captions move the loss of a model that reads, unless all are equal", async () => {
  const parameters = initDiffusion();
  // The output layer starts at zero: with weights the captions count.
  const random = mapTree(
    parameters,
    isNdArray,
    ({ shape }, path) => new Rng(7).fork(path).normals(shape),
  ) as typeof parameters;
  const state = await uploadState(device, random);
  const open = (captions: readonly string[]) =>
    openHeldOutLoss(device, state, diffusionConfig, {
      groups: [{
        clips: captions.map((caption, i) => ({ ...clips[i]!, caption })),
        positions: positions(),
      }],
      seed: 1,
    });
  using different = open(["red", "blue"]);
  const [right, swapped] = [
    await different.measure(),
    await different.measureSwapped(),
  ];
  assert.notDeepEqual(swapped!.byClip, right.byClip);
  using exchanged = open(["blue", "red"]);
  assert.deepEqual((await exchanged.measure()).byClip, swapped!.byClip);
  using equal = open(["red", "red"]);
  assert.equal(await equal.measureSwapped(), undefined);
  disposeState(state);
});
