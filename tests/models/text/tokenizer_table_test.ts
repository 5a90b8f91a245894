import assert from "node:assert/strict";
import { tokenizerTable, UNICODE_ROWS } from "lib/models/text/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

const table = tokenizerTable(PRESETS.tiny.text, ["cat", "赤い", "猫", "猫"]);

Deno.test("the patterns of a tokenizer table divide a prompt as Intl.Segmenter does", () => {
  for (
    const text of ["don't stop_me 12,5 a.b: x’s", "3;5 _a_ 5.a café", "赤い猫"]
  ) {
    const words = new Intl.Segmenter("und", { granularity: "word" });
    assert.deepEqual(
      text.match(new RegExp(table.segment, "gu")),
      [...words.segment(text)].map(({ segment }) => segment),
    );
  }
});

Deno.test("the pattern of terms finds the longest, and none inside of words", () => {
  const find = (text: string) => text.match(new RegExp(table.term, "gu"));
  assert.deepEqual(find("an extreme close up"), ["extreme close up"]);
  assert.equal(find("closeupper close upper"), null);
  assert.deepEqual(find("클로즈업은"), ["클로즈업"]);
  assert.equal(table.terms["close up"], 1);
});

Deno.test("blocks of Unicode are listed where each character has its row", () => {
  assert.equal(table.blocks, undefined);
  const { blocks } = tokenizerTable(PRESETS.base.text, []);
  const rows = blocks!.reduce(
    (sum, [first, last]) => sum + last - first + 1,
    1,
  );
  assert.equal(rows, UNICODE_ROWS);
});
