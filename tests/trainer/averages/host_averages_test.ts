import assert from "node:assert/strict";
import { disposeState, readState, uploadState } from "lib/compiler/mod.ts";
import { float32 } from "lib/core/mod.ts";
import { emaRates, initAverages } from "lib/trainer/averages/ema.ts";
import { HostAverages } from "lib/trainer/averages/host_averages.ts";
import { device } from "../_tiny_models.ts";

const START = { w: float32([2], [1, -1]) };

Deno.test("HostAverages follows each update as the EMAs of a device do", async () => {
  const parameters = await uploadState(device, START);
  const host = new HostAverages(initAverages(START), parameters, 0);
  const wanted = { short: 1, long: 1 };
  for (const [i, value] of [3, 5, -2].entries()) {
    await parameters.w.write(float32([2], [value, 0]));
    await host.follow(i + 1);
    const rates = emaRates(i + 1);
    for (const name of ["short", "long"] as const) {
      wanted[name] += (value - wanted[name]) * rates[name];
      const found = host.averages[name].w.data[0]!;
      assert.ok(Math.abs(found - wanted[name]) < 1e-6, `${name}: ${found}`);
    }
  }
  disposeState(parameters);
});

Deno.test("HostAverages gives updates that it left out the weight of all of them", async () => {
  const parameters = await uploadState(device, START);
  const everyOne = new HostAverages(initAverages(START), parameters, 0);
  const rarely = new HostAverages(initAverages(START), parameters, 0);
  for (const update of [1, 2, 3, 4]) await everyOne.follow(update);
  await rarely.follow(4);
  await parameters.w.write(float32([2], [9, 9]));
  for (const update of [5, 6, 7]) await everyOne.follow(update);
  await rarely.follow(4); // nothing new
  await rarely.follow(7);
  assert.equal(rarely.update, 7);
  everyOne.averages.long.w.data.forEach((value, i) =>
    assert.ok(Math.abs(value - rarely.averages.long.w.data[i]!) < 1e-5)
  );
  disposeState(parameters);
});

Deno.test("HostAverages.inPlace() puts the parameters back after the work, or its error", async () => {
  const parameters = await uploadState(device, START);
  const host = new HostAverages(initAverages(START), parameters, 0);
  await parameters.w.write(float32([2], [7, 8]));
  const seen = await host.inPlace(() => readState(parameters));
  assert.deepEqual([...seen.w.data], [1, -1]);
  await assert.rejects(
    () => host.inPlace(() => Promise.reject(new Error("no"))),
    /^Error: no$/,
  );
  assert.deepEqual([...(await readState(parameters)).w.data], [7, 8]);
  assert.deepEqual([...host.averages.long.w.data], [1, -1]);
  disposeState(parameters);
});
