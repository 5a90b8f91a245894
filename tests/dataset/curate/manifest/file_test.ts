import assert from "node:assert/strict";
import {
  curate,
  type ManifestRow,
  manifestRows,
  writeManifest,
} from "lib/dataset/curate/mod.ts";
import { temporaryFolder } from "../../_video_fixture.ts";
import { fileOf, OPTIONS, segmentOf } from "../_rows.ts";

const ROWS = curate([
  fileOf("a.mp4", "a", [segmentOf()]),
  fileOf("labelled.mp4", "c", [segmentOf()], {
    captions: [{ text: "a", language: "und", labels: { turn: "left" } }],
  }),
  fileOf("Nächte.mp4", "b", { rule: "no_video", reason: "it is empty" }),
], OPTIONS);

Deno.test("manifestRows() reads what writeManifest() wrote", async () => {
  await using folder = await temporaryFolder();
  await writeManifest(folder.file("m.jsonl"), ROWS);
  assert.deepEqual(
    await Array.fromAsync(manifestRows(folder.file("m.jsonl"))),
    ROWS,
  );
});

Deno.test("manifestRows() names the line and the field of an error", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("m.jsonl");
  const wrong = { ...ROWS[1]!, phase: 6 };
  await Deno.writeTextFile(
    path,
    [ROWS[0], wrong].map((row) => `${JSON.stringify(row)}\n`).join(""),
  );
  await assert.rejects(Array.fromAsync(manifestRows(path)), {
    name: "InputError",
    message:
      /^Cannot read line 2 of ".*m\.jsonl": phase must match the manifest format: .*; ingest the videos again$/,
  });
  await assert.rejects(
    Array.fromAsync(manifestRows(folder.file("none.jsonl"))),
    {
      name: "InputError",
      message: /the file must exist: there is none; check the path$/,
    },
  );
});

Deno.test("manifestRows() reads manifests from before losses were counted", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("old.jsonl");
  const [row] = JSON.parse(JSON.stringify(ROWS)).filter(
    ({ video }: ManifestRow) => video !== null,
  );
  for (const name of ["damagedFrames", "lostSeconds", "clockJumps"]) {
    delete row.video[name];
  }
  await Deno.writeTextFile(path, `${JSON.stringify(row)}\n`);
  const [read] = await Array.fromAsync(manifestRows(path));
  const { damagedFrames, lostSeconds, clockJumps } = read!.video!;
  assert.deepEqual([damagedFrames, lostSeconds, clockJumps], [0, 0, 0]);
});
