import assert from "node:assert/strict";
import { readRanges } from "lib/recipes/generate/frame_ranges.ts";

Deno.test("readRanges() reads ranges in their order, and joins those that touch", () => {
  assert.deepEqual(readRanges("12-15,0-3", 16, 4), [
    { first: 0, last: 3 },
    { first: 12, last: 15 },
  ]);
  assert.deepEqual(readRanges("4-7, 0-3,4-7", 16, 4), [{ first: 0, last: 7 }]);
  assert.deepEqual(readRanges("2", 3, 1), [{ first: 2, last: 2 }]);
});

Deno.test("readRanges() names the range that breaks a rule, and the nearest legal one", () => {
  const cases: [string, string][] = [
    ...["", "a", "3-0", "0-3,", "-1", "0-1-2", "1.5"].map((
      text,
    ): [string, string] => [
      text,
      "it must be ranges of frames with commas between, such as 0-3,12-15: " +
      `one is "${text === "0-3," ? "" : text}"`,
    ]),
    [
      "12-16",
      "the frames of the videos are 0 to 15: one range is " +
      '"12-16"; pass --frames for longer videos',
    ],
    [
      "0-3,6-9",
      "a range must be whole latent frames, 4 frames each: one is " +
      '"6-9"; keep 4-11',
    ],
    [
      "0-7,8-15",
      'some frames must be left to draw: "0-7,8-15" keeps all 16',
    ],
  ];
  for (const [text, problem] of cases) {
    assert.throws(() => readRanges(text, 16, 4), {
      name: "InputError",
      message: `Cannot use --keep: ${problem}`,
    });
  }
});
