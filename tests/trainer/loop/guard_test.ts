import assert from "node:assert/strict";
import { GradientGuard } from "lib/trainer/loop/guard.ts";

const OPTIONS = { spikeFactor: 10, floor: 1, patience: 3 };

Deno.test("the limit is infinite at first, then a multiple of the median norm", () => {
  const guard = new GradientGuard(OPTIONS);
  for (let i = 0; i < 15; i++) guard.accept(3);
  assert.equal(guard.limit, Infinity);
  guard.accept(1000); // one outlier moves no median
  assert.equal(guard.limit, 30);
});

Deno.test("norms below the floor are never spikes", () => {
  const guard = new GradientGuard(OPTIONS);
  for (let i = 0; i < 20; i++) guard.accept(0.001);
  assert.equal(guard.limit, 1);
});

Deno.test("the median covers the latest norms alone", () => {
  const guard = new GradientGuard(OPTIONS);
  for (let i = 0; i < 64; i++) guard.accept(100);
  for (let i = 0; i < 64; i++) guard.accept(2);
  assert.equal(guard.limit, 20);
  assert.equal(guard.memory.norms.length, 64);
});

Deno.test("a guard resumes from its state, and an accepted step resets the count", () => {
  const guard = new GradientGuard(OPTIONS);
  for (let i = 0; i < 16; i++) guard.accept(2);
  assert.equal(guard.refuse(), false);
  const memory = JSON.parse(JSON.stringify(guard.memory));
  const next = new GradientGuard(OPTIONS, memory);
  assert.equal(next.limit, 20);
  assert.equal(next.refuse(), false);
  next.accept(2);
  assert.equal(next.refuse(), false);
  assert.equal(next.refuse(), false);
  assert.equal(next.refuse(), true);
  assert.equal(next.refused, 5);
});
