import assert from "node:assert/strict";
import { disposeState, uploadState } from "lib/compiler/mod.ts";
import { Rng } from "lib/core/mod.ts";
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
      clips,
      positions: positions(),
      seed,
    });
  using loss = open(1);
  const first = await loss.measure();
  assert.equal(first.length, HELD_OUT_SIGMAS.length);
  assert.deepEqual(await loss.measure(), first);
  // The velocity that is missed is noise - data, two normals: variance 2; and
  // with the same noise at all sigmas, the same loss.
  assert.ok(first.every((value) => Math.abs(value - first[0]!) < 1e-6));
  assert.ok(first[0]! > 1 && first[0]! < 3, `${first[0]}`);
  using other = open(2);
  assert.notEqual((await other.measure())[0], first[0]);
  disposeState(state);
});
