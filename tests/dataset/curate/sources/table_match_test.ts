import assert from "node:assert/strict";
import {
  type CaptionTable,
  matchTable,
  unmatchedLines,
} from "lib/dataset/curate/mod.ts";
import { temporaryFolder } from "../../_video_fixture.ts";

/** A table in `/table` with a row for each name. */
function tableOf(
  names: readonly string[],
  path = "/table/captions.csv",
): CaptionTable {
  const rows = names.map((file, i) => ({
    line: i + 2,
    file,
    captions: [{ text: file, language: "und" }],
  }));
  return { path, rows, notes: [] };
}

/** The file of each row; undefined without one. */
async function filesOf(
  names: readonly string[],
  files: readonly string[],
  folders: readonly string[] = [],
): Promise<(string | undefined)[]> {
  const { captions } = await matchTable(tableOf(names), files, folders);
  return names.map((name) =>
    [...captions].find(([, own]) => own.some(({ text }) => text === name))?.[0]
  );
}

Deno.test("matchTable() looks from the table's folder, then from the given ones", async () => {
  const files = ["/table/a.mp4", "/data/a.mp4", "/data/sub/b.mp4"];
  assert.deepEqual(
    await filesOf(["a.mp4", "sub/b.mp4", "/data/a.mp4", "b.mp4"], files, [
      "/data",
    ]),
    ["/table/a.mp4", "/data/sub/b.mp4", "/data/a.mp4", undefined],
  );
});

Deno.test("matchTable() reads backslashes, normalisations and letter case", async () => {
  const files = ["/table/sub/b.mp4", "/table/cafe\u0301.mp4", "/table/C.mp4"];
  assert.deepEqual(
    await filesOf(["sub\\b.mp4", "caf\u00e9.mp4", "c.MP4"], files),
    files,
  );
  // A letter of another case, or a backslash, may be the name's own.
  const close = ["/table/c.mp4", "/table/C.mp4", "/table/sub\\b.mp4"];
  assert.deepEqual(
    await filesOf(["C.mp4", "C.MP4", "sub\\b.mp4"], close),
    ["/table/C.mp4", undefined, "/table/sub\\b.mp4"],
  );
});

Deno.test("unmatchedLines() names the nearest file of each row", async () => {
  const files = ["/table/kite.mp4", "/table/sub/cat.mp4"];
  const names = ["kites.mp4", "sub\\cats.mov", ...Array(30).fill("no.mp4")];
  const { unmatched } = await matchTable(tableOf(names), files, []);
  const lines = unmatchedLines(unmatched, "/table/captions.csv", files);
  assert.deepEqual(lines.slice(0, 2), [
    'line 2: "kites.mp4" (the nearest name is "kite.mp4")',
    'line 3: "sub\\cats.mov" (the nearest name is "sub/cat.mp4")',
  ]);
  assert.equal(lines.length, 21);
  assert.equal(lines.at(-1), "and 12 more rows");
});

Deno.test("matchTable() follows a link to the file that was found", async () => {
  await using folder = await temporaryFolder();
  const real = await Deno.realPath(folder.path);
  await Deno.writeTextFile(`${real}/a.mp4`, "");
  const files = [`${real}/a.mp4`];
  const { captions } = await matchTable(
    tableOf(["x/../a.mp4", "./a.mp4"], `${folder.path}/captions.csv`),
    files,
    [],
  );
  assert.equal(captions.get(files[0]!)!.length, 2);
});
