import assert from "node:assert/strict";
import { clipTokens, modelFunctions } from "lib/models/text_to_video/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

Deno.test("clips are multiples of a token, not of a latent cell", () => {
  // Cells of mini have 8x8 pixels, its tokens 16x16.
  const clip = { frames: 16, height: 64, width: 72 };
  for (
    const use of [
      () => clipTokens(PRESETS.mini, clip),
      () => modelFunctions(PRESETS.mini, clip, 1),
    ]
  ) {
    assert.throws(use, {
      name: "InputError",
      message:
        "Cannot encode a clip: width must be a multiple of 16: current " +
        "value is 72; the nearest legal values are 64 and 80",
    });
  }
  assert.deepEqual(clipTokens(PRESETS.mini, { ...clip, width: 80 }), {
    grid: { frames: 4, height: 4, width: 5 },
    stride: { space: 16, time: 4 },
  });
});
