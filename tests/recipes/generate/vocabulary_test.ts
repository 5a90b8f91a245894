import assert from "node:assert/strict";
import {
  readVocabulary,
  vocabularyOf,
} from "lib/recipes/generate/vocabulary.ts";

const { unknownWords } = vocabularyOf({
  en: ["a", "cat", "red"],
  ja: ["赤い", "丸"],
});

Deno.test("unknownWords() names each word that no caption has once, in prompt order", () => {
  assert.deepEqual(unknownWords("A red wombat, a wombat, a yak!", "en"), [
    "wombat",
    "yak",
  ]);
});

Deno.test("unknownWords() looks in one language, or in all", () => {
  assert.deepEqual(unknownWords("red 丸", "en"), ["丸"]);
  assert.deepEqual(unknownWords("red 丸", "auto"), []);
});

Deno.test("unknownWords() refuses a language without captions", () => {
  assert.throws(() => unknownWords("red", "xx"), {
    name: "InputError",
    message:
      'Cannot read the prompt: --language must be auto or one that the models were trained on: current value is "xx"; they are en ja',
  });
});

Deno.test("readVocabulary() gives undefined where there is none", async () => {
  const folder = await Deno.makeTempDir();
  assert.equal(await readVocabulary(folder), undefined);
  await Deno.writeTextFile(`${folder}/vocabulary.json`, '{"de":["rot"]}');
  const vocabulary = await readVocabulary(folder);
  assert.deepEqual(vocabulary?.unknownWords("rot blau", "de"), ["blau"]);
  await Deno.remove(folder, { recursive: true });
});
