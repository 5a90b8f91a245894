import assert from "node:assert/strict";
import { languagesFlag, languagesOf } from "lib/recipes/languages.ts";

Deno.test("languagesOf() reads tags, and all", () => {
  assert.deepEqual(languagesOf("en, ja"), ["en", "ja"]);
  assert.ok(languagesOf("all").length >= 100);
});

Deno.test("languagesFlag refuses a language without captions, and none", () => {
  for (const text of ["en,xx", ",", "", " "]) {
    const { error } = languagesFlag.safeParse(text);
    assert.match(
      error?.issues[0]?.message ?? "",
      /^must be "all", or some of af,/,
    );
  }
});
