import assert from "node:assert/strict";
import { latentSizeOf, strideOf } from "lib/models/vae/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

const config = PRESETS.tiny.vae;

Deno.test("strideOf() multiplies the patch by 2 for each level after the first", () => {
  assert.deepEqual(
    strideOf({ ...config, patch: 1, widths: [8] }),
    { space: 1, time: 1 },
  );
  assert.deepEqual(
    strideOf({ ...config, patch: 2, widths: [8, 8, 8, 8] }),
    { space: 16, time: 8 },
  );
  for (const { vae, backbone: { patch = 1 } } of Object.values(PRESETS)) {
    const { space, time } = strideOf(vae);
    assert.deepEqual([patch * space, time], [16, 4]);
  }
});

Deno.test("strideOf() multiplies frames that the first layer folds into time alone", () => {
  assert.deepEqual(
    strideOf({ ...config, patch: 4, framePatch: 2, widths: [8, 8] }),
    { space: 8, time: 4 },
  );
});

Deno.test("latentSizeOf() divides each axis by its own stride", () => {
  assert.deepEqual(
    latentSizeOf(config, { frames: 12, height: 32, width: 80 }),
    { frames: 3, height: 2, width: 5 },
  );
});

Deno.test("latentSizeOf() names the nearest legal size", () => {
  const legal = { frames: 4, height: 16, width: 16 };
  const cases: [object, string][] = [
    [
      { frames: 5 },
      "frames must be a multiple of 4: current value is 5; the nearest legal values are 4 and 8",
    ],
    [
      { frames: 7 },
      "frames must be a multiple of 4: current value is 7; the nearest legal values are 4 and 8",
    ],
    [
      { frames: 1 },
      "frames must be a multiple of 4: current value is 1; the nearest legal value is 4",
    ],
    [
      { frames: 0 },
      "frames must be a multiple of 4: current value is 0; the nearest legal value is 4",
    ],
    [
      { height: -16 },
      "height must be a multiple of 16: current value is -16; the nearest legal value is 16",
    ],
    [
      { height: 47 },
      "height must be a multiple of 16: current value is 47; the nearest legal values are 32 and 48",
    ],
    [
      { width: 16.5 },
      "width must be a multiple of 16: current value is 16.5; the nearest legal values are 16 and 32",
    ],
  ];
  for (const [fields, problem] of cases) {
    assert.throws(() => latentSizeOf(config, { ...legal, ...fields }), {
      name: "InputError",
      message: `Cannot encode a clip: ${problem}`,
    });
  }
});
