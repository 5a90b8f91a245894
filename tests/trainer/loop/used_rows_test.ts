import assert from "node:assert/strict";
import { float32, scalar, zeros } from "lib/core/mod.ts";
import { ONE_RANK } from "lib/ranks/mod.ts";
import { usedRows } from "lib/trainer/loop/used_rows.ts";
import { ranksInOneProcess } from "../../ranks/_ranks_in_one_process.ts";

/** A table of 300 rows of two, with these rows. */
function table(rows: Readonly<Record<number, readonly number[]>>) {
  const array = zeros([300, 2]);
  for (const [row, values] of Object.entries(rows)) {
    array.data.set(values, 2 * Number(row));
  }
  return array;
}

Deno.test("usedRows() gives the rows that any rank used, NaN too, neighbours in one view", async () => {
  const own = [
    table({ 3: [0, 1], 4: [NaN, 0] }),
    table({ 5: [2, 0], 299: [0, 7] }),
  ];
  const found = await Promise.all(
    ranksInOneProcess(2).map((ranks) =>
      usedRows(ranks, [own[ranks.rank]!, scalar(9)])
    ),
  );
  assert.deepEqual(
    found.map((arrays) =>
      arrays.map((views) => views.map((view) => [...view]))
    ),
    [
      [[[0, 1, NaN, 0, 0, 0], [0, 0]], [[9]]],
      [[[0, 0, 0, 0, 2, 0], [0, 7]], [[9]]],
    ],
  );
});

Deno.test("usedRows() gives all of an array that is no table", async () => {
  const [few, long] = [zeros([10, 2]), zeros([1000])];
  const views = await usedRows(ONE_RANK, [few, long, float32([1, 2], [0, 1])]);
  assert.deepEqual(views.map(([view]) => view!.length), [20, 1000, 2]);
});
