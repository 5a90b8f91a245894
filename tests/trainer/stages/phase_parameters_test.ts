import assert from "node:assert/strict";
import { disposeState, readState, uploadState } from "lib/compiler/mod.ts";
import { copyOf, isNdArray, leavesOf, mapTree, Rng } from "lib/core/mod.ts";
import { initLora, merged } from "lib/models/lora/mod.ts";
import type { DiffusionParameters } from "lib/models/text_to_video/mod.ts";
import { loraParameters } from "lib/trainer/stages/phase_parameters.ts";
import { device, initDiffusion } from "../_tiny_models.ts";

const lora = { rank: 2, alpha: 1, targets: ["blocks"] };

Deno.test("loraParameters() shows changed weights in place and restores them exactly", async () => {
  const base = initDiffusion();
  const copy = mapTree(base, isNdArray, copyOf) as DiffusionParameters;
  const adapters = initLora(base, lora, new Rng(1));
  for (const [path, { data }] of leavesOf(adapters, isNdArray)) {
    data.set(new Rng(2).fork(path).normals([data.length]).data);
  }
  using parameters = await loraParameters(device, base, lora, adapters);
  const trained = await uploadState(device, adapters);
  using disposed = new DisposableStack();
  disposed.defer(() => disposeState(trained));
  await parameters.show(trained, async (all) => {
    assert.deepEqual(
      await readState<DiffusionParameters>(all),
      merged(copy, adapters, 0.5),
    );
  });
  assert.deepEqual(await readState(parameters.frozen!), copy);
  await assert.rejects(
    parameters.show(trained, () => Promise.reject(new Error("no samples"))),
    /no samples/,
  );
  assert.deepEqual(await readState(parameters.frozen!), copy);
});
