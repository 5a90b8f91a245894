import assert from "node:assert/strict";
import { numberFlag, wholeNumber } from "lib/recipes/command_line/mod.ts";

Deno.test("numberFlag() reads decimal numbers, and numbers of a file", () => {
  const number = numberFlag();
  const cases: [unknown, number][] = [
    ["4", 4],
    ["-1.5", -1.5],
    ["+.5", 0.5],
    ["1.", 1],
    ["2E-3", 0.002],
    [7.5, 7.5],
  ];
  for (const [given, value] of cases) assert.equal(number.parse(given), value);
});

Deno.test("numberFlag() refuses what only JavaScript takes for a number", () => {
  const wrong = [
    ...["", " ", "\t", " 4", "4 ", "0x10", "0b1", "1e400", "-1e400", "NaN"],
    ...["Infinity", "1_000", "1,5", ".", "-", "1e", "4px", "٤"],
    ...[true, false, null, [], [4], {}, NaN, Infinity],
  ];
  for (const given of wrong) {
    const issue = numberFlag().safeParse(given).error?.issues[0];
    assert.equal(issue?.message, "must be a number", String(given));
  }
});

Deno.test("numberFlag() and wholeNumber() name their rule", () => {
  const cases: [ReturnType<typeof numberFlag>, unknown, string][] = [
    [numberFlag({ least: 0, most: 1 }), "2", "must be a number from 0 to 1"],
    [numberFlag({ above: 0 }), "0", "must be a number above 0"],
    [
      numberFlag({ above: 0, most: 60 }),
      "61",
      "must be a number above 0 up to 60",
    ],
    [wholeNumber(1), "1.5", "must be a whole number from 1"],
    [wholeNumber(1), "", "must be a whole number from 1"],
    [wholeNumber(1, 5), "6", "must be a whole number from 1 to 5"],
    [wholeNumber(0), "9007199254740993", "must be a whole number from 0"],
  ];
  for (const [flag, given, message] of cases) {
    assert.equal(flag.safeParse(given).error?.issues[0]?.message, message);
  }
});
