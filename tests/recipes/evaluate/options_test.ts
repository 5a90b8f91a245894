import assert from "node:assert/strict";
import { languagesOf } from "lib/recipes/evaluate/mod.ts";

Deno.test("languagesOf() reads tags, and names one that is not covered", () => {
  assert.deepEqual(languagesOf("en, ja"), ["en", "ja"]);
  assert.ok(languagesOf("all").length >= 100);
  for (const text of ["en,xx", ","]) {
    assert.throws(() => languagesOf(text), {
      name: "InputError",
      message:
        /^Cannot use --languages: each must be covered by Unicode CLDR: current value is "(xx|,)"; choose among af/,
    });
  }
});
