import assert from "node:assert/strict";
import { readState, uploadState } from "lib/compiler/mod.ts";
import { float32, scalar } from "lib/core/mod.ts";
import { HostSums } from "lib/trainer/loop/host_sums.ts";
import { device } from "../_tiny_models.ts";

Deno.test("HostSums leaves the sums of all microbatches in the tensors, then begins anew", async () => {
  const sums = await uploadState(device, {
    gradients: { w: float32([2], [NaN, NaN]) },
    loss: scalar(NaN),
  });
  const host = new HostSums(sums);
  const update = async (...microbatches: readonly number[]) => {
    for (const [i, value] of microbatches.entries()) {
      await sums.gradients.w.write(float32([2], [value, -value]));
      await sums.loss.write(scalar(2 * value));
      await host.add({ isLast: i === microbatches.length - 1 });
    }
    const { gradients, loss } = await readState(sums);
    return [...gradients.w.data, loss.data[0]];
  };
  assert.deepEqual(await update(1, 2, 4), [7, -7, 14]);
  assert.deepEqual(await update(8), [8, -8, 16]);
  assert.deepEqual(await update(3, 5), [8, -8, 16]);
});
