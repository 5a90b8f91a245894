import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import { checkForm } from "lib/formats/safetensors/mod.ts";

const FORM = [["bias", float32([2], [0, 0])]] as const;

Deno.test("checkForm() takes tensors of the same names, types and shapes", () => {
  checkForm("f", new Map([["bias", float32([2], [1, 2])]]), FORM, "fix");
});

Deno.test("checkForm() names the tensor that is missing, unknown or another", () => {
  const cases = [
    [[], /"bias" must be float32\[2\]: it is missing; fix$/],
    [
      [...FORM, ["more", float32([1], [0])]],
      /"more" must be left out: it is float32\[1\]; fix$/,
    ],
    [
      [["bias", { dtype: "int32", shape: [2] }]],
      /"bias" must be float32\[2\]: it is int32\[2\]; fix$/,
    ],
    [
      [["bias", float32([1, 2], [0, 0])]],
      /"bias" must be float32\[2\]: it is float32\[1,2\]; fix$/,
    ],
  ] as const;
  for (const [tensors, message] of cases) {
    assert.throws(
      () => checkForm("f", new Map(tensors as never), FORM, "fix"),
      { name: "InputError", message },
    );
  }
});
