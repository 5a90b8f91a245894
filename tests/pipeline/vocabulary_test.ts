import assert from "node:assert/strict";
import { readVocabulary, unknownWords } from "lib/pipeline/mod.ts";

const vocabulary = { en: ["a", "cat", "red"], ja: ["赤い", "丸"] };

Deno.test("unknownWords() names each word once, in the order of the prompts", () => {
  assert.deepEqual(
    unknownWords(vocabulary, ["A red wombat, a yak!", "a wombat"], "en"),
    ["wombat", "yak"],
  );
});

Deno.test("unknownWords() looks in one language, or in all", () => {
  assert.deepEqual(unknownWords(vocabulary, ["red 丸"], "en"), ["丸"]);
  assert.deepEqual(unknownWords(vocabulary, ["red 丸"], "auto"), []);
  assert.deepEqual(unknownWords(vocabulary, ["red 丸"]), []);
});

Deno.test("unknownWords() finds none without a vocabulary", () => {
  assert.deepEqual(unknownWords(undefined, ["red"], "xx"), []);
});

Deno.test("unknownWords() refuses a language without captions", () => {
  for (const language of ["xx", "toString"]) {
    assert.throws(() => unknownWords(vocabulary, ["red"], language), {
      name: "InputError",
      message: "Cannot read the prompt: language must be auto or one that " +
        `the models were trained on: current value is "${language}"; they ` +
        "are en ja",
    });
  }
});

Deno.test("readVocabulary() gives undefined where there is none", async () => {
  const folder = await Deno.makeTempDir();
  assert.equal(await readVocabulary(folder), undefined);
  await Deno.writeTextFile(`${folder}/vocabulary.json`, '{"de":["rot"]}');
  assert.deepEqual(await readVocabulary(folder), { de: ["rot"] });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readVocabulary() refuses a damaged file, naming it", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/vocabulary.json`;
  for (
    const [text, problem] of [
      ["", "it must be JSON: Unexpected end of JSON input"],
      ["[]", "Invalid input: expected record, received array"],
      ['{"en":"red"}', "en: Invalid input: expected array, received string"],
    ] as const
  ) {
    await Deno.writeTextFile(path, text);
    await assert.rejects(() => readVocabulary(folder), {
      name: "InputError",
      message: `Cannot read "${path}": ${problem}; copy the file again, or ` +
        "remove it to read no vocabulary",
    });
  }
});
