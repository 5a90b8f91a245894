import assert from "node:assert/strict";
import {
  type Lexicon,
  lexiconOf,
  normalisePrompt,
  TERM_CATEGORIES,
  tokenisePrompts,
  VIDEO_TERMS,
  type VideoTerm,
} from "lib/models/text/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";

function term(id: string, name: string, ...aliases: string[]): VideoTerm {
  return { id, category: "camera", name, aliases: { und: aliases } };
}

const lexicon = lexiconOf([
  term("zoom", "zoom", "Zoom", "زوم"),
  term("dolly_zoom", "dolly zoom", "vertigo effect"),
  term(
    "close_up",
    "close-up",
    "Nahaufnahme",
    "特写",
    "クローズアップ",
    "클로즈업",
    "لقطة قريبة",
    "תקריב",
  ),
  term("pan", "pan"),
]);

/** `id@text` of what is found in a prompt. */
function found(prompt: string, within: Lexicon = lexicon): string[] {
  const characters = [...normalisePrompt(prompt)];
  return within.find(characters).map(({ term, start, end }) =>
    `${term.id}@${characters.slice(start, end).join("")}`
  );
}

Deno.test("terms are found by name and alias, in any case, left to right", () => {
  assert.deepEqual(found("Pan, then ZOOM in"), ["pan@pan", "zoom@zoom"]);
  assert.deepEqual(found("Eine Nahaufnahme der Katze"), [
    "close_up@nahaufnahme",
  ]);
  assert.deepEqual(found("a cat"), []);
  assert.deepEqual(found(""), []);
});

Deno.test("of terms that overlap the first and longest counts", () => {
  assert.deepEqual(found("a dolly zoom"), ["dolly_zoom@dolly zoom"]);
  assert.deepEqual(found("dolly zoom zoom"), [
    "dolly_zoom@dolly zoom",
    "zoom@zoom",
  ]);
  // The beginning of a longer term hides nothing.
  assert.deepEqual(found("dolly pan"), ["pan@pan"]);
});

Deno.test("a term is a word, not a part of one", () => {
  assert.deepEqual(found("the japanese panda in the pantry, zooming"), []);
  assert.deepEqual(found("pan-out 'pan' pan2 pan"), [
    "pan@pan",
    "pan@pan",
    "pan@pan",
  ]);
  assert.deepEqual(found("pan\u0301ning"), []);
});

Deno.test("hyphens and spaces are the same", () => {
  for (const way of ["close-up", "close up", "close\u2011up", "Close_Up"]) {
    assert.deepEqual(found(way).length, 1, way);
  }
  assert.deepEqual(found("closeup"), []);
});

Deno.test("scripts without spaces need none, Korean takes its particles", () => {
  assert.deepEqual(found("红色汽车的特写镜头"), ["close_up@特写"]);
  assert.deepEqual(found("猫のクローズアップです"), [
    "close_up@クローズアップ",
  ]);
  assert.deepEqual(found("고양이 클로즈업으로"), ["close_up@클로즈업"]);
  assert.deepEqual(found("초클로즈업"), []);
});

Deno.test("scripts from right to left are read in their order, with vowel signs or without", () => {
  assert.deepEqual(found("لقطة قريبة لقطة"), ["close_up@لقطة قريبة"]);
  assert.deepEqual(found("لَقْطَة قَرِيبَة للقط"), ["close_up@لَقْطَة قَرِيبَة"]);
  assert.deepEqual(found("زووم زـوم"), ["zoom@زـوم"]);
  assert.deepEqual(found("תַּקְרִיב של חתול"), ["close_up@תַּקְרִיב"]);
  // Marks that turn the direction of writing are not part of the text.
  assert.deepEqual(found("\u202bתקריב\u202c"), ["close_up@תקריב"]);
});

Deno.test("two terms may not be written alike", () => {
  assert.throws(
    () => lexiconOf([term("a", "push in"), term("b", "dolly in", "Push-In")]),
    {
      name: "RangeError",
      message: "Cannot make a lexicon: every spelling must belong to one " +
        'term: "Push-In" belongs to a and b',
    },
  );
});

Deno.test("tokenisePrompts() marks the characters of each term with its row", () => {
  const sizes = { ...PRESETS.tiny.text, maxCharacters: 16 };
  const { terms } = tokenisePrompts(
    ["pan, dolly zoom!", "a cat"],
    sizes,
    lexicon,
  );
  assert.deepEqual([...terms.data.slice(0, 16)], [
    ...[4, 4, 4, 0, 0],
    ...new Array(10).fill(2),
    0,
  ]);
  assert.ok(terms.data.slice(16).every((row) => row === 0));
});

Deno.test("tokenisePrompts() needs a row for each term, and one for none", () => {
  const sizes = { ...PRESETS.tiny.text, termRows: 4 };
  assert.throws(() => tokenisePrompts(["a"], sizes, lexicon), {
    name: "RangeError",
    message:
      "Cannot tokenise prompts: termRows must be at least 5, one more than " +
      "there are terms: current value is 4",
  });
});

Deno.test("the project's own terms fit every preset and have names of their own", () => {
  for (const { text } of Object.values(PRESETS)) {
    assert.ok(VIDEO_TERMS.length < text.termRows);
  }
  const ids = VIDEO_TERMS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const own = lexiconOf(VIDEO_TERMS);
  for (const { id, name, category } of VIDEO_TERMS) {
    assert.ok(TERM_CATEGORIES.includes(category), id);
    assert.equal(own.find([...normalisePrompt(name)])[0]?.term.id, id, name);
  }
});
