import assert from "node:assert/strict";
import { SmoothedRate } from "lib/core/progress/mod.ts";

Deno.test("SmoothedRate knows no rate before any time has passed", () => {
  const rate = new SmoothedRate(0, 5);
  assert.equal(rate.perSecond, undefined);
  rate.observe(3, 5);
  assert.equal(rate.perSecond, undefined);
});

Deno.test("SmoothedRate is exact for a steady pace, from the first observation on", () => {
  const rate = new SmoothedRate(100, 0);
  for (let i = 1; i <= 50; i++) {
    rate.observe(100 + 2 * i, i);
    assert.ok(Math.abs(rate.perSecond! - 2) < 1e-12, `${rate.perSecond}`);
  }
});

Deno.test("SmoothedRate joins observations at one time with the next one", () => {
  const rate = new SmoothedRate(0, 0);
  rate.observe(4, 0);
  rate.observe(10, 2);
  rate.observe(12, 2);
  rate.observe(15, 3);
  // 5 per second for 2 s, then 5 per second for 1 s.
  assert.ok(Math.abs(rate.perSecond! - 5) < 1e-12);
});

Deno.test("SmoothedRate weighs an observation down by exp(-seconds / 30)", () => {
  const rate = new SmoothedRate(0, 0);
  rate.observe(30, 30); // 1 per second
  rate.observe(120, 60); // 3 per second
  const e = Math.exp(-1);
  const expected = (e * 1 + 3) / (e + 1);
  assert.ok(Math.abs(rate.perSecond! - expected) < 1e-12, `${rate.perSecond}`);
});
