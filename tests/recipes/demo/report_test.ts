import assert from "node:assert/strict";
import { verdictsOf } from "lib/recipes/demo/report.ts";

const plan = { gate: { vaePsnr: 30, samplePsnr: 25 } };
const good = {
  vaePsnr: 30,
  samplePsnr: 25,
  otherCaptionPsnr: 24.99,
  noisePsnr: 24.99,
};

function passedOf(result: Partial<typeof good>): boolean[] {
  return verdictsOf(plan, { ...good, ...result }).map(({ passed }) => passed);
}

Deno.test("verdictsOf() passes a result at the limits", () => {
  assert.deepEqual(passedOf({}), [true, true, true, true]);
});

Deno.test("verdictsOf() fails each rule by itself", () => {
  assert.deepEqual(passedOf({ vaePsnr: 29.99 }), [false, true, true, true]);
  assert.deepEqual(passedOf({ samplePsnr: 24.99 }), [true, false, true, true]);
  assert.deepEqual(passedOf({ otherCaptionPsnr: 25 }), [
    true,
    true,
    false,
    true,
  ]);
  assert.deepEqual(passedOf({ noisePsnr: 25 }), [true, true, true, false]);
});

Deno.test("verdictsOf() passes nothing that is no number", () => {
  const wrong = {
    vaePsnr: NaN,
    samplePsnr: NaN,
    otherCaptionPsnr: NaN,
    noisePsnr: NaN,
  };
  assert.deepEqual(passedOf(wrong), [false, false, false, false]);
});

Deno.test("verdictsOf() says what was found and what was asked for", () => {
  assert.deepEqual(
    verdictsOf(plan, good).map(({ value, rule }) => [value, rule]),
    [
      ["30.0 dB", "at least 30.0 dB"],
      ["25.0 dB", "at least 25.0 dB"],
      ["25.0 dB", "below 25.0 dB"],
      ["25.0 dB", "below 25.0 dB"],
    ],
  );
});
