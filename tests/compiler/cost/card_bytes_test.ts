import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { bufferBytes, BufferPool } from "lib/compiler/cost/buffer_pool.ts";
import { pooledBuffers } from "lib/compiler/cost/pooled_buffers.ts";
import { cardBytes, trace } from "lib/compiler/mod.ts";
import { zeros } from "lib/core/mod.ts";

const MB = 2 ** 20;

Deno.test("bufferBytes() is the next size of the runtime's table, and exact beyond it", () => {
  assert.equal(bufferBytes(4), 64);
  assert.equal(bufferBytes(64), 64);
  assert.equal(bufferBytes(4 * 768 * 768), 4 * MB); // 2.36 MB
  assert.equal(bufferBytes(167_772_161), 167_772_176);
});

Deno.test("BufferPool takes a released buffer again after the submission alone", () => {
  const pool = new BufferPool();
  pool.acquire(1000);
  pool.release(1000);
  pool.acquire(1500); // the first is still in use by the card
  assert.deepEqual([...pool.kept], [[2048, 2]]);
  pool.submit();
  pool.acquire(600);
  assert.deepEqual([...pool.kept], [[2048, 2]]);
});

Deno.test("BufferPool keeps no buffer beyond its table, and few of the largest", () => {
  const pool = new BufferPool();
  for (let i = 0; i < 3; i++) {
    pool.acquire(200 * MB);
    pool.release(200 * MB);
    pool.submit();
  }
  assert.equal(pool.largeBytes, 200 * MB);
  assert.equal(pool.kept.size, 0);
  for (let i = 0; i < 3; i++) pool.acquire(40e6);
  for (let i = 0; i < 3; i++) pool.release(40e6);
  pool.submit(); // two stay
  for (let i = 0; i < 3; i++) pool.acquire(40e6);
  assert.deepEqual([...pool.kept], [[44_236_800, 3]]);
});

Deno.test("pooledBuffers() gives a value the memory of an earlier one of its type", () => {
  const graph = trace(({ x }) => {
    let y = x;
    for (let i = 0; i < 8; i++) y = tf.matMul(tf.exp(tf.matMul(y, x)), x);
    return { y };
  }, { x: zeros([16, 16]) });
  // A product and the one that reads it.
  assert.deepEqual([...pooledBuffers(graph).kept], [[2048, 2]]);
});

Deno.test("pooledBuffers() holds what is released until sixteen operations later", () => {
  const graph = trace(({ x }) => {
    let sum = tf.sum(x);
    for (let i = 1; i <= 40; i++) {
      // Each of another type: none takes over the memory of another one.
      sum = tf.add(sum, tf.sum(tf.tile(x, [i + 1])));
    }
    return { sum };
  }, { x: zeros([8]) });
  const [[, most] = []] = [...pooledBuffers(graph).kept]
    .filter(([size]) => size === 512);
  assert.ok(most! > 1 && most! < 16, `${most}`);
});

Deno.test("cardBytes() shares the pool among programs, and copies through it", () => {
  const of = (kept: [number, number][], largeBytes = 0) => ({
    buffers: { kept: new Map(kept), largeBytes },
  });
  const { inside } = cardBytes(
    [of([[8 * MB, 2], [4 * MB, 1]], 200 * MB), of([[8 * MB, 1]], 300 * MB)],
    [],
  );
  assert.equal(inside, (2 * 8 + 4 + 300) * MB);
  assert.equal(cardBytes([], [8 * MB, 8 * MB]).inside, 8 * MB);
  assert.ok(cardBytes([], [200 * MB]).inside >= 200 * MB);
});

Deno.test("cardBytes() cuts small buffers from whole blocks", () => {
  const total = (count: number): number => {
    const bound = Array<number>(count).fill(MB);
    const { inside, runtime } = cardBytes([], bound);
    return count * MB + inside + runtime - MB; // without the copy on the host
  };
  // One of the pool with them, a block of gaps, and the ring.
  assert.equal(total(7), (8 + 8 + 4) * MB);
  assert.equal(total(8), (16 + 8 + 4) * MB);
});
