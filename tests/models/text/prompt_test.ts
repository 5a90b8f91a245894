import assert from "node:assert/strict";
import { tokenisePrompts } from "lib/models/text/mod.ts";

const SIZES = {
  characterRows: 1 << 20,
  ngramRows: 1 << 20,
  termRows: 501,
  wordRows: 1 << 20,
  maxCharacters: 40,
  maxWords: 12,
};

/** Characters and words that are read of a prompt. */
function countsOf(prompt: string): [characters: number, words: number] {
  const { mask, wordMask } = tokenisePrompts([prompt], SIZES);
  const count = (values: Float32Array): number =>
    values.reduce((sum, value) => sum + value, 0);
  return [count(mask.data), count(wordMask.data)];
}

Deno.test("tokenisePrompts() finds words in every script, also where no spaces are written", () => {
  const cases: [prompt: string, characters: number, words: number][] = [
    ["a red cat", 9, 3],
    ["\u05d7\u05ea\u05d5\u05dc \u05d0\u05d3\u05d5\u05dd", 9, 2], // Hebrew: red cat
    ["\u0642\u0637\u0629 \u062d\u0645\u0631\u0627\u0621", 9, 2], // Arabic: red cat
    ["\u4e00\u53ea\u7ea2\u8272\u7684\u732b", 6, 4], // Chinese: one red cat
    ["\u8d64\u3044\u732b\u304c\u8d70\u308b", 6, 4], // Japanese: a red cat runs
    ["\u0e41\u0e21\u0e27\u0e2a\u0e35\u0e41\u0e14\u0e07", 8, 3], // Thai: red cat
    ["\u{1f469}\u200d\u{1f469}\u200d\u{1f467}", 5, 0], // a family, joined
    ["\u{1f44d}\u{1f3fd}!", 3, 0], // thumbs up, with a skin colour
    ["", 0, 0],
    ["   ", 0, 0],
    ["?!...", 5, 0],
    ["x".repeat(10_000), 40, 1],
    ["cat ".repeat(2_500), 40, 12],
    ["\ud800", 1, 0],
  ];
  for (const [prompt, characters, words] of cases) {
    assert.deepEqual(countsOf(prompt), [characters, words], prompt);
  }
});

Deno.test("tokenisePrompts() gives one word one row wherever it stands, and its own", () => {
  const { words } = tokenisePrompts(["red cat", "a Cat, a dog"], SIZES);
  const [first, second] = [words.data.slice(0, 2), words.data.slice(12, 16)];
  assert.equal(second[1], first[1]); // cat
  assert.equal(second[0], second[2]); // a
  assert.equal(new Set([...first, ...second]).size, 4); // red, cat, a, dog
});

Deno.test("tokenisePrompts() makes n-grams of the characters before each one", () => {
  const { characters, pairs, triples } = tokenisePrompts(
    ["abab", "bab"],
    SIZES,
  );
  const at = (table: { data: Int32Array }, prompt: number, i: number): number =>
    table.data[prompt * 40 + i]!;
  // The second "a" of "abab": the letter is that of the first.
  assert.equal(at(characters, 0, 2), at(characters, 0, 0));
  // "b" at 1 and 3: the same pair "ab", not the same triple, "^ab" and "bab".
  assert.equal(at(pairs, 0, 3), at(pairs, 0, 1));
  assert.notEqual(at(triples, 0, 3), at(triples, 0, 1));
  // "b" at the start is no pair "ab", though it ends in "b".
  assert.notEqual(at(pairs, 1, 0), at(pairs, 0, 1));
  // The triple "bab" is found in both prompts.
  assert.equal(at(triples, 1, 2), at(triples, 0, 3));
  // A pair and a triple never share a meaning.
  assert.notEqual(at(pairs, 0, 3), at(triples, 0, 3));
});

Deno.test("tokenisePrompts() keeps all rows inside their tables", () => {
  const sizes = {
    ...SIZES,
    characterRows: 16,
    ngramRows: 17,
    wordRows: 18,
  };
  const text = Array.from(
    { length: 40 },
    (_, i) => String.fromCodePoint(0x4e00 + 31 * i),
  ).join(" ");
  const tokens = tokenisePrompts([text], sizes);
  const within = (table: { data: Int32Array }, rows: number): boolean =>
    table.data.every((row) => row >= 0 && row < rows);
  assert.ok(within(tokens.characters, 16));
  assert.ok(within(tokens.pairs, 17) && within(tokens.triples, 17));
  assert.ok(within(tokens.words, 18));
  assert.ok(new Set(tokens.words.data).size > 4, "rows must be spread");
});

/** Characters that are kept of a prompt within a limit. */
function read(prompt: string, maxCharacters: number): number {
  const { mask } = tokenisePrompts([prompt], { ...SIZES, maxCharacters });
  return mask.data.reduce((sum, value) => sum + value, 0);
}

Deno.test("tokenisePrompts() cuts a long prompt between words", () => {
  assert.equal(read("a red cat runs", 14), 14);
  assert.equal(read("a red cat runs", 13), 10); // "a red cat "
  assert.equal(read("a red cat runs", 6), 6); // "a red "
});

Deno.test("tokenisePrompts() cuts a long word between graphemes", () => {
  const family = "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}"; // five characters
  assert.equal(read("\u0e01\u0e33".repeat(9), 9) % 2, 0); // Thai, sign by sign
  assert.equal(read(family.repeat(3), 12), 10);
  assert.equal(read("x".repeat(99), 12), 12);
  assert.equal(read(family, 3), 3); // there is no room for even one
});

Deno.test("tokenisePrompts() reads ten thousand characters of any kind in their order", () => {
  const prompts = [
    "קטן \u05d0\u05b8 ".repeat(1300),
    "\u{1f469}\u200d\u{1f680} ".repeat(2500),
    "\ud800".repeat(10_000),
    "a" + "\u0301".repeat(9_999),
    "\u0000\u200f".repeat(5_000),
    "猫".repeat(10_000),
  ];
  const { mask, characters } = tokenisePrompts(prompts, SIZES);
  const counts = prompts.map((_, i) =>
    mask.data.slice(40 * i, 40 * (i + 1)).reduce((a, b) => a + b, 0)
  );
  // The accented letter is one character, with six more marks; the rest fill the room.
  assert.deepEqual(counts.map((count) => count > 36), [
    true,
    true,
    true,
    false,
    false,
    true,
  ]);
  assert.deepEqual([counts[3], counts[4]], [7, 0]);
  // All of U+FFFD, the same row.
  assert.equal(new Set(characters.data.slice(80, 120)).size, 1);
});
