import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import { rememberedClips } from "lib/trainer/mod.ts";

/** Counts how often each clip of three values is made. */
function counting(bytes: number) {
  const made: number[] = [];
  const clipAt = rememberedClips((index): Promise<Clip> => {
    made.push(index);
    const data = Float32Array.of(0.1 * index, 0.3, 1);
    return Promise.resolve({ frames: 1, height: 1, width: 1, fps: 8, data });
  }, bytes);
  return { made, clipAt };
}

Deno.test("a clip is made once, and is the same whether it is kept or not", async () => {
  const [kept, fleeting] = [counting(6), counting(0)];
  for (const index of [0, 1, 0, 1, 2, 2, 0]) {
    assert.deepEqual(await kept.clipAt(index), await fleeting.clipAt(index));
  }
  // Two clips fill the memory.
  assert.deepEqual(kept.made, [0, 1, 2, 2]);
  assert.deepEqual(fleeting.made, [0, 1, 0, 1, 2, 2, 0]);
});

Deno.test("values are rounded to those that a byte has, and the size stays", async () => {
  const { clipAt } = counting(3);
  const { data, ...rest } = await clipAt(2);
  assert.deepEqual(rest, { frames: 1, height: 1, width: 1, fps: 8 });
  assert.deepEqual(data, Float32Array.of(51 / 255, 77 / 255, 1));
  // Nobody changes what is kept.
  data.fill(0);
  assert.deepEqual((await clipAt(2)).data[2], 1);
});
