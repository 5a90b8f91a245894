import assert from "node:assert/strict";
import { bytesText, durationText, grouped, numberText } from "lib/core/mod.ts";

Deno.test("durationText() shows the two largest units, without zeros", () => {
  const cases: [seconds: number, text: string][] = [
    [0, "0 s"],
    [0.49, "0 s"],
    [0.5, "1 s"],
    [59.4, "59 s"],
    [59.5, "1 min"],
    [80, "1 min 20 s"],
    [3_599.9, "1 h"],
    [3_605, "1 h"],
    [3_900, "1 h 5 min"],
    [86_400, "1 d"],
    [100_800, "1 d 4 h"],
    [1_000_000, "11 d 13 h"],
  ];
  for (const [seconds, text] of cases) {
    assert.equal(durationText(seconds), text, `${seconds}`);
  }
});

Deno.test("grouped() separates thousands, numberText() from 10,000 on", () => {
  assert.equal(grouped(1200), "1,200");
  assert.equal(numberText(9999.4), "9999");
  assert.equal(numberText(-202_881), "-202,881");
});

Deno.test("numberText() keeps three digits, and all of a whole number", () => {
  const cases: [value: number, text: string][] = [
    [0, "0"],
    [1_234_567, "1,234,567"],
    [1_234.56, "1235"],
    [99.96, "100"],
    [12.345, "12.3"],
    [-0.0012345, "-0.00123"],
    [1.23456e-9, "1.23e-9"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
  ];
  for (const [value, text] of cases) assert.equal(numberText(value), text);
});

Deno.test("bytesText() has three digits and a unit", () => {
  assert.deepEqual(
    [0, 1, 999, 1000, 123_456, 8e9, 9.999e11, 5e18].map(bytesText),
    [
      "0 B",
      "1 B",
      "999 B",
      "1.00 kB",
      "123 kB",
      "8.00 GB",
      "1.00 TB",
      "5.00 EB",
    ],
  );
});
