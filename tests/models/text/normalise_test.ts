import assert from "node:assert/strict";
import { normalisePrompt } from "lib/models/text/mod.ts";

Deno.test("normalisePrompt() brings spellings of one prompt together", () => {
  const cases: [string, string][] = [
    ["e\u0301", "\u00e9"],
    ["\u1100\u1161\u11a8", "\uac01"], // Korean letters to a syllable
    ["A\u030aNGSTRO\u0308M", "\u00e5ngstr\u00f6m"],
    ["\u212b", "\u00e5"], // the angstrom sign
    ["  red\t\r\n cat\u00a0\u3000runs \ufeff", "red cat runs"],
    ["STRASSE \u1e9e", "strasse \u00df"],
    ["\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"], // final sigma
    ["", ""],
    [" \n\t ", ""],
  ];
  for (const [prompt, normal] of cases) {
    assert.equal(normalisePrompt(prompt), normal);
  }
});

Deno.test("normalisePrompt() composes letters that are composed in lower case only", () => {
  assert.equal(normalisePrompt("J\u030c"), "\u01f0");
  assert.equal(
    normalisePrompt("\u0386\u0345"),
    normalisePrompt("\u0391\u0345\u0301"),
  );
});

Deno.test("normalisePrompt() replaces unpaired surrogates and keeps pairs", () => {
  assert.equal(normalisePrompt("a\ud800b\udc00"), "a\ufffdb\ufffd");
  assert.equal(normalisePrompt("\ud83d\ude00"), "\u{1f600}");
});

Deno.test("normalisePrompt() drops invisible characters, except joiners of words and emoji", () => {
  const cases: [string, string][] = [
    ["red\u200b cat\u0007", "red cat"],
    ["soft\u00adware", "software"],
    ["\u200fקטן\u200e \u2067abc\u2069", "קטן abc"],
    ["\u2764\ufe0f \u2764\ufe0e", "\u2764 \u2764"],
    ["a \u200b \u2060 b", "a b"],
    ["می\u200cخواهم", "می\u200cخواهم"], // Persian: "I want"
    ["\u{1f469}\u200d\u{1f680}", "\u{1f469}\u200d\u{1f680}"], // an astronaut
  ];
  for (const [prompt, normal] of cases) {
    assert.equal(normalisePrompt(prompt), normal);
  }
});

Deno.test("normalisePrompt() leaves six marks on a letter and no tower", () => {
  const tower = "x" + "\u0333".repeat(500) + " y";
  assert.equal(normalisePrompt(tower), "x" + "\u0333".repeat(6) + " y");
  const tibetan = "\u0f66\u0f92\u0fb2\u0f74\u0f56\u0f0b";
  assert.equal(normalisePrompt(tibetan), tibetan.normalize("NFC"));
});

Deno.test("normalisePrompt() of a normal prompt changes nothing, in any script", () => {
  for (let code = 0; code < 0x30000; code += 7) {
    for (const mark of ["", "\u0301", "\u0308", "\u0345"]) {
      const once = normalisePrompt(String.fromCodePoint(code) + mark);
      assert.equal(normalisePrompt(once), once);
      assert.equal(normalisePrompt(once.normalize("NFD")), once);
    }
  }
});
