import assert from "node:assert/strict";
import { Arena } from "lib/compiler/cost/_arena.ts";

const MB = 2 ** 20;

Deno.test("Arena counts what was touched, rounded up to whole grains", () => {
  const arena = new Arena();
  assert.equal(arena.touchedBytes, 0);
  arena.allocate(1);
  assert.equal(arena.touchedBytes, 256);
  arena.allocate(257);
  assert.equal(arena.touchedBytes, 256 + 512);
});

Deno.test("Arena uses again what was freed, the smallest that is large enough", () => {
  const arena = new Arena();
  const [a, , b] = [1024, 256, 512, 256].map((size) => arena.allocate(size));
  arena.free(a!);
  arena.free(b!);
  assert.equal(arena.allocate(512), b);
  assert.equal(arena.touchedBytes, 2048);
});

Deno.test("Arena joins neighbours that are free", () => {
  const arena = new Arena();
  const parts = [256, 256, 256, 256].map((size) => arena.allocate(size));
  parts.slice(0, 3).forEach((chunk) => arena.free(chunk));
  assert.equal(arena.allocate(768).at, 0);
  assert.equal(arena.touchedBytes, 1024);
});

Deno.test("Arena gives what is less than twice as large as a whole, and splits what is more", () => {
  const arena = new Arena();
  const whole = arena.allocate(1024);
  arena.allocate(256);
  arena.free(whole);
  assert.equal(arena.allocate(768).size, 1024, "the rest is lost meanwhile");
  const other = new Arena();
  const large = other.allocate(1024);
  other.allocate(256);
  other.free(large);
  assert.equal(other.allocate(512).size, 512);
});

Deno.test("Arena takes regions that double, or more where one value is larger", () => {
  const arena = new Arena();
  arena.allocate(0.9 * MB); // region of 1 MB
  arena.allocate(0.5 * MB); // does not fit: region of 2 MB
  arena.allocate(1.4 * MB); // fits into the second
  arena.allocate(7 * MB); // region of 8 MB
  assert.ok(Math.abs(arena.touchedBytes / MB - 9.8) < 0.01);
});
