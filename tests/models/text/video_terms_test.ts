import assert from "node:assert/strict";
import * as z from "zod";
import {
  lexiconOf,
  TERM_CATEGORIES,
  VIDEO_TERMS,
} from "lib/models/text/mod.ts";

const TERM = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(_[a-z0-9]+)*$/),
  category: z.enum(TERM_CATEGORIES),
  name: z.string().min(1),
  aliases: z.record(
    z.string().regex(/^[a-z]{2,3}(-[A-Za-z]+)*$/),
    z.array(z.string().min(1)).min(1),
  ),
});

Deno.test("every line of VIDEO_TERMS is a term, and nothing else", () => {
  for (const term of VIDEO_TERMS) TERM.parse(term);
});

Deno.test("VIDEO_TERMS are 500, a hundred of each category, each with an id of its own", () => {
  assert.equal(VIDEO_TERMS.length, 500);
  assert.equal(new Set(VIDEO_TERMS.map(({ id }) => id)).size, 500);
  for (const category of TERM_CATEGORIES) {
    const count = VIDEO_TERMS.filter((term) => term.category === category);
    assert.equal(count.length, 100, category);
  }
});

Deno.test("VIDEO_TERMS have aliases in ten further languages for the 150 commonest", () => {
  const translated = VIDEO_TERMS.filter(({ aliases }) =>
    Object.keys(aliases).filter((language) => language !== "en").length >= 10
  );
  assert.ok(translated.length >= 150, `${translated.length}`);
});

Deno.test("VIDEO_TERMS are NFC, and no spelling belongs to two of them", () => {
  for (const { name, aliases } of VIDEO_TERMS) {
    for (const spelling of [name, ...Object.values(aliases).flat()]) {
      assert.equal(spelling, spelling.normalize("NFC").trim());
    }
  }
  assert.equal(lexiconOf(VIDEO_TERMS).size, 500);
});

Deno.test("VIDEO_TERMS are found in prompts of several languages", () => {
  const lexicon = lexiconOf(VIDEO_TERMS);
  const cases: [string, string[]][] = [
    ["a close-up in slow motion at golden hour", [
      "close_up",
      "slow_motion",
      "golden_hour",
    ]],
    ["zeitlupe einer katze im gegenlicht", ["slow_motion", "backlight"]],
    ["猫の空撮", ["aerial_shot"]],
    ["يدور القط في حركة بطيئة", ["slow_motion"]],
    ["a pancake in a frying pan", []],
  ];
  for (const [prompt, ids] of cases) {
    const found = lexicon.find([...prompt.normalize("NFC")]);
    assert.deepEqual(found.map(({ term }) => term.id), ids, prompt);
  }
});
