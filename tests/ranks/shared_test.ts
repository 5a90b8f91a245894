import assert from "node:assert/strict";
import {
  fromAllRanks,
  fromFirstRank,
  joined,
  ONE_RANK,
  onFirstRank,
  shareOf,
} from "lib/ranks/mod.ts";
import { ranksInOneProcess } from "./_ranks_in_one_process.ts";

Deno.test("every item is in the share of one rank, also with fewer items than ranks", () => {
  for (const [count, size] of [[8, 4], [5, 3], [1, 4], [4, 1]] as const) {
    const items = Array.from({ length: size }, (_, rank) => {
      const { first, count: own } = shareOf({ rank, size }, count);
      return Array.from({ length: own }, (_, i) => first + i);
    }).flat();
    assert.deepEqual(items, [...Array(count).keys()]);
  }
  assert.deepEqual(shareOf({ rank: 0, size: 3 }, 5), { first: 0, count: 2 });
});

Deno.test("values of all ranks are joined in their order, with NaN and infinities", async () => {
  const own = [[1, NaN], [], [-Infinity]];
  const all = await Promise.all(
    ranksInOneProcess(3).map((ranks) =>
      joined(ranks, Float32Array.from(own[ranks.rank]!))
    ),
  );
  for (const values of all) assert.deepEqual([...values], [1, NaN, -Infinity]);
});

Deno.test("values of all ranks reach all, of any kind and length", async () => {
  const own = [
    { rows: Float32Array.of(1, NaN), ratio: Infinity },
    undefined,
    new Map([["größer", [1, undefined]]]),
  ];
  const all = await Promise.all(
    ranksInOneProcess(3).map((ranks) => fromAllRanks(ranks, own[ranks.rank])),
  );
  for (const values of all) assert.deepEqual(values, own);
});

Deno.test("a value of rank 0 reaches all ranks, undefined too", async () => {
  for (const value of [{ text: "schön", loss: NaN }, undefined]) {
    const found = await Promise.all(
      ranksInOneProcess(2).map((ranks) =>
        fromFirstRank(
          ranks,
          () => ranks.rank === 0 ? value : assert.fail("asked rank 1"),
        )
      ),
    );
    assert.deepEqual(found, [value, value]);
  }
});

Deno.test("work of rank 0 is done when the others go on", async () => {
  const seen: string[] = [];
  await Promise.all(
    ranksInOneProcess(2).map(async (ranks) => {
      await onFirstRank(ranks, async () => {
        await new Promise((done) => setTimeout(done, 1));
        seen.push("work");
      });
      seen.push("on");
    }),
  );
  assert.deepEqual(seen, ["work", "on", "on"]);
});

Deno.test("a process without others is the first rank, and its sums are its own", async () => {
  const values = Float32Array.of(1, 2);
  await ONE_RANK.sum(values);
  await ONE_RANK.broadcast(new Uint8Array(1));
  await ONE_RANK.barrier();
  assert.deepEqual([...values], [1, 2]);
  assert.deepEqual([...await joined(ONE_RANK, values)], [1, 2]);
  assert.equal(await fromFirstRank(ONE_RANK, () => 7), 7);
  assert.deepEqual(await fromAllRanks(ONE_RANK, 7), [7]);
  assert.throws(
    () => ONE_RANK.abort(1),
    new TypeError("Cannot abort: there are no other ranks"),
  );
});
