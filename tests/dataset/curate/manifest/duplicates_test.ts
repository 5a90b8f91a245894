import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import {
  findDuplicates,
  type ShotFingerprint,
} from "lib/dataset/curate/manifest/duplicates.ts";

/** Luma of 8 frames that change over time. */
function wandering(seed: number, noise: number): Uint8Array {
  const rng = new Rng(seed);
  const other = new Rng(99);
  return Uint8Array.from(
    { length: 512 },
    (_, i) => (i * 3) % 64 + 60 * rng.uniform() + noise * other.uniform(),
  );
}

function shotOf(
  file: string,
  changes: Partial<ShotFingerprint> = {},
): ShotFingerprint {
  return {
    file,
    seconds: 4,
    hash: "0123456789abcdef",
    moments: wandering(1, 0).toBase64(),
    ...changes,
  };
}

Deno.test("findDuplicates() finds a re-encoded copy", () => {
  const copy = shotOf("b", {
    seconds: 4.04,
    hash: "1123456789abcdee", // two bits
    moments: wandering(1, 6).toBase64(),
  });
  assert.deepEqual(findDuplicates([shotOf("a"), copy]), [undefined, 0]);
});

Deno.test("findDuplicates() returns the first of several", () => {
  const shots = ["a", "b", "c"].map((file) => shotOf(file));
  assert.deepEqual(findDuplicates(shots), [undefined, 0, 0]);
});

Deno.test("findDuplicates() separates similar shots", () => {
  const others: [string, Partial<ShotFingerprint>][] = [
    ["another shot of the same fixed camera", {
      moments: wandering(2, 0).toBase64(),
    }],
    ["another lap of the same track", {
      moments: wandering(1, 30).toBase64(),
    }],
    ["another length", { seconds: 5 }],
    ["another frame", { hash: "fedcba9876543210" }],
    ["a frame in which eight bits differ", {
      hash: "01234567 89abcd10".replace(" ", ""),
    }],
    ["the same file", { file: "a" }],
  ];
  for (const [name, changes] of others) {
    const other = shotOf("b", changes);
    assert.deepEqual(
      findDuplicates([shotOf("a"), other]),
      [undefined, undefined],
      name,
    );
  }
});

Deno.test("findDuplicates() finds hashes that differ in any seven bits", () => {
  const rng = new Rng(7);
  for (let round = 0; round < 50; round++) {
    let bits = BigInt("0x0123456789abcdef");
    const places = new Set<number>();
    while (places.size < 7) places.add(rng.integer(64));
    for (const place of places) bits ^= 1n << BigInt(place);
    const hash = bits.toString(16).padStart(16, "0");
    assert.deepEqual(
      findDuplicates([shotOf("a"), shotOf("b", { hash })]),
      [undefined, 0],
      hash,
    );
  }
});

Deno.test("findDuplicates() compares static shots by hash alone", () => {
  const still = (level: number): string =>
    new Uint8Array(512).fill(level).toBase64();
  const shots = [
    shotOf("a", { moments: still(100) }),
    shotOf("b", { moments: still(101) }),
  ];
  assert.deepEqual(findDuplicates(shots), [undefined, 0]);
});
