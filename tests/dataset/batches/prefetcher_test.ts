import assert from "node:assert/strict";
import { Prefetcher } from "lib/dataset/batches/mod.ts";

Deno.test("Prefetcher makes the microbatches of the next step ahead, each once", async () => {
  const made: number[] = [];
  await using prefetcher = new Prefetcher((index) => {
    made.push(index);
    return index;
  }, 2);
  assert.deepEqual(await prefetcher.take(3, true), [6, 7]);
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(made, [6, 7, 8, 9]);
  assert.deepEqual(await prefetcher.take(4, false), [8, 9]);
  assert.deepEqual(made, [6, 7, 8, 9]);
});

Deno.test("Prefetcher throws an error at the step whose batch could not be made", async () => {
  await using prefetcher = new Prefetcher((index) => {
    if (index === 1) throw new Error("batch 1 cannot be read");
    return index;
  }, 1);
  assert.deepEqual(await prefetcher.take(0, true), [0]);
  await assert.rejects(prefetcher.take(1, true), {
    name: "Error",
    message: "batch 1 cannot be read",
  });
});

Deno.test("a Prefetcher that was disposed of refuses to make batches", async () => {
  const made: number[] = [];
  const prefetcher = new Prefetcher((index) => made.push(index), 1);
  await prefetcher.take(0, true);
  await prefetcher[Symbol.asyncDispose]();
  await prefetcher[Symbol.asyncDispose]();
  await assert.rejects(() => prefetcher.take(1, false), {
    name: "DisposedError",
    message: "Cannot use the prefetcher of batches: it must not be disposed " +
      "of yet: it was; dispose of it after its last use",
  });
  assert.deepEqual(made, [0, 1]);
});
