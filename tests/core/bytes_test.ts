import assert from "node:assert/strict";
import { concatBytes, readAtSync, writeAllSync } from "lib/core/mod.ts";

const BYTES = Uint8Array.of(1, 2, 3, 4, 5);

Deno.test("concatBytes() joins bytes in order, and nothing to nothing", () => {
  const parts = [BYTES.subarray(0, 2), new Uint8Array(), BYTES.subarray(2)];
  assert.deepEqual(concatBytes(parts), BYTES);
  assert.deepEqual(concatBytes([]), new Uint8Array());
});

Deno.test("writeAllSync() goes on where a write took fewer bytes", () => {
  const written: number[] = [];
  writeAllSync({
    writeSync: (bytes) =>
      written.push(...bytes.subarray(0, 2)) &&
      Math.min(2, bytes.length),
  }, BYTES);
  assert.deepEqual(written, [...BYTES]);
});

Deno.test("readAtSync() reads from a position on, and ends with the file", () => {
  const path = Deno.makeTempFileSync();
  Deno.writeFileSync(path, BYTES);
  using file = Deno.openSync(path);
  assert.deepEqual(readAtSync(file, 1, 3), BYTES.subarray(1, 4));
  assert.deepEqual(readAtSync(file, 3, 9), BYTES.subarray(3));
  Deno.removeSync(path);
});
