import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import { guide } from "lib/models/diffusion/mod.ts";
import { eagerly } from "../_eager.ts";

Deno.test("guide() leaves the prompt out at 0, follows it at 1, exaggerates beyond", () => {
  const withPrompt = float32([2], [3, 5]);
  const withoutPrompt = float32([2], [1, 6]);
  for (
    const [scale, wanted] of [[0, [1, 6]], [1, [3, 5]], [2, [5, 4]]] as const
  ) {
    const y = eagerly(
      { withPrompt, withoutPrompt, scale: float32([], [scale]) },
      ({ withPrompt, withoutPrompt, scale }) =>
        guide(withPrompt, withoutPrompt, scale),
    );
    assert.deepEqual([...y.data], [...wanted]);
  }
});
