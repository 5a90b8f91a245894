import assert from "node:assert/strict";
import { type TimedCaption, withTemplate } from "lib/dataset/curate/mod.ts";

const captions = new Map<string, readonly TimedCaption[]>([
  ["a.mp4", [
    {
      text: "one",
      language: "en",
      end: 2,
      labels: { place: "old_town", turn: "left_right" },
    },
    {
      text: "two",
      language: "en",
      end: 2,
      labels: { place: "old_town", turn: "left_right" },
    },
  ]],
  ["b.mp4", [{ text: "three", language: "de", labels: { place: "sea" } }]],
  ["c.mp4", [{ text: "four", language: "und" }]],
]);

Deno.test("withTemplate() adds one caption to each file that has the labels", () => {
  const made = withTemplate(captions, "the {place}, then { turn }");
  assert.deepEqual(made.get("a.mp4"), [
    { text: "the old town, then left right", language: "en", end: 2 },
    ...captions.get("a.mp4")!,
  ]);
  assert.deepEqual(made.get("b.mp4"), captions.get("b.mp4"));
  assert.deepEqual(made.get("c.mp4"), captions.get("c.mp4"));
});

Deno.test("withTemplate() refuses a template without a label of the tables", () => {
  for (
    const [template, found] of [
      ["a town", "it names none"],
      ["a {town}", 'no file has "town"'],
    ] as const
  ) {
    assert.throws(() => withTemplate(captions, template), {
      name: "InputError",
      message: `Cannot use --caption-template "${template}": it must name ` +
        `labels of the tables in braces, such as {place}: ${found}; the ` +
        "labels are place, turn",
    });
  }
});
