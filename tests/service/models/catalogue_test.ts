import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { readModelHeader, SHIPPED } from "lib/pipeline/mod.ts";
import { flopsOfRequest, readCatalogue } from "lib/service/models/mod.ts";

Deno.test("the shipped model is offered by the name of its folder", async () => {
  const catalogue = await readCatalogue([SHIPPED]);
  assert.deepEqual([...catalogue.keys()], ["nano"]);
  const nano = catalogue.get("nano")!;
  assert.equal(
    nano.problemOf({ frames: 16, height: 64, width: 64 }),
    undefined,
  );
  const { guidance, clip } = await readModelHeader(SHIPPED);
  assert.equal(nano.guidance, guidance);
  assert.deepEqual(nano.clip, clip);
  assert.deepEqual(nano.problemOf({ frames: 16, height: 64, width: 40 }), {
    field: "size",
    message:
      "width must be a multiple of 16: current value is 40; the nearest legal values are 32 and 48",
  });
  assert.equal(
    nano.problemOf({ frames: 3, height: 64, width: 64 })?.field,
    "frames",
  );
});

Deno.test("the operations of a request are counted in the graphs of its model", async () => {
  const nano = (await readCatalogue([SHIPPED])).get("nano")!;
  const flops = nano.clipFlops({ frames: 16, height: 64, width: 64 });
  assert.equal(nano.clipFlops({ frames: 16, height: 64, width: 64 }), flops);
  assert.ok(flops.denoiser > 1e8 && flops.decoder > 1e9, JSON.stringify(flops));
  const request = { frames: 16, height: 64, width: 64, steps: 10 } as const;
  const { text, denoiser, decoder } = flops;
  for (const sampler of ["euler", "dpm++", "unipc"] as const) {
    assert.equal(
      flopsOfRequest(nano, { ...request, sampler }),
      2 * text + 20 * denoiser + decoder,
    );
  }
  // Heun's last step is Euler's.
  assert.equal(
    flopsOfRequest(nano, { ...request, sampler: "heun" }),
    2 * text + 38 * denoiser + decoder,
  );
});

Deno.test("restart costs as many calls as it takes steps again", async () => {
  const nano = (await readCatalogue([SHIPPED])).get("nano")!;
  const request = { frames: 16, height: 64, width: 64, steps: 4 } as const;
  const { text, denoiser, decoder, shift } = nano.clipFlops(request);
  // Noise levels 1, 3s/(1+2s) ...: with a shift above 1 all but the first are
  // above 0.3, and are taken four times.
  assert.ok(shift > 1.5, `${shift}`);
  assert.equal(
    flopsOfRequest(nano, { ...request, sampler: "restart" }),
    2 * text + 2 * denoiser * (1 + 3 * 4) + decoder,
  );
});

Deno.test("a folder without models, and two of one name, are refused", async () => {
  await assert.rejects(() => readCatalogue(["runs/none"]), InputError);
  await assert.rejects(() => readCatalogue([]), /at least one/);
  await assert.rejects(
    () => readCatalogue([SHIPPED, `${SHIPPED}/../nano`]),
    /two called "nano"/,
  );
});
