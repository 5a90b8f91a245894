import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import {
  batchOfClips,
  clipsOfBatch,
  stackArrays,
  unstackArrays,
} from "lib/core/mod.ts";
import { random } from "../models/_eager.ts";

const clip = (name: string) => ({
  frames: 2,
  height: 3,
  width: 4,
  fps: 12,
  data: random(name, [2, 3, 4, 3]).data,
});

Deno.test("clips go into a batch one after the other and come back", () => {
  const clips = [clip("a"), clip("b"), clip("c")];
  const batch = batchOfClips(clips);
  assert.deepEqual(batch.shape, [3, 2, 3, 4, 3]);
  assert.equal(batch.data[72], clips[1]!.data[0]);
  assert.deepEqual(clipsOfBatch(batch, 12), clips);
});

Deno.test("a batch has memory of its own, and so have the clips of it", () => {
  const one = clip("a");
  const batch = batchOfClips([one]);
  const [back] = clipsOfBatch(batch, 12);
  const first = one.data[0]!;
  batch.data[0] = first + 1;
  assert.deepEqual([one.data[0], back!.data[0]], [first, first]);
});

Deno.test("stackArrays() and unstackArrays() undo each other", () => {
  const arrays = [float32([2], [1, 2]), float32([2], [3, 4])];
  const stacked = stackArrays(arrays);
  assert.deepEqual([stacked.shape, [...stacked.data]], [[2, 2], [1, 2, 3, 4]]);
  assert.deepEqual(unstackArrays(stacked), arrays);
});
