import assert from "node:assert/strict";
import { curate } from "lib/dataset/curate/mod.ts";
import { summaryOf } from "lib/recipes/ingest/summary.ts";
import { fileOf, OPTIONS, segmentOf } from "../../dataset/curate/_rows.ts";

/** The summary of files of one shot, of which some are held out. */
function summary(files: number, held: number): string {
  const rows = Array.from({ length: files }, (_, i) => {
    const file = fileOf(`${i}.mp4`, i.toString(16), [segmentOf({})]);
    const [row] = curate([file], OPTIONS);
    assert.ok(row?.status === "kept");
    return i < held ? { ...row, split: "validation" as const } : row;
  });
  return summaryOf(rows, { leftOut: [], tables: [] });
}

Deno.test("summaryOf() tells that too little is held out to evaluate on", () => {
  assert.match(
    summary(9, 3),
    /^note: 3 shots held out may be too few for deno task evaluate, which compares 4 clips or more: ingest again with --validation 0\.3, or more video$/m,
  );
  assert.doesNotMatch(summary(9, 4), /note:/);
});

Deno.test("summaryOf() tells whether parts of files are held out, or whole ones", () => {
  assert.match(
    summary(9, 4),
    /^validation: 4 shots of 4 files, [\d.]+ s \(4 whole files\)$/m,
  );
  const file = fileOf("0.mp4", "0", [segmentOf({ endSeconds: 20 })]);
  const rows = curate([file], { ...OPTIONS, validation: 0.3 });
  assert.match(
    summaryOf(rows, { leftOut: [], tables: [] }),
    /^validation: 1 shot of 1 file, .* \(the last part of 1 file\)$/m,
  );
});
