import fc from "fast-check";
import {
  curate,
  manifestRows,
  readCaptionTable,
} from "lib/dataset/curate/mod.ts";
import {
  damagedBytes,
  damagedValue,
  forAny,
  oddText,
  valueOrInputError,
} from "../../_any_input.ts";
import { temporaryFolder } from "../_video_fixture.ts";
import { fileOf, OPTIONS, segmentOf } from "./_rows.ts";

const ROWS = curate([
  fileOf("a.mp4", "a", [segmentOf()]),
  fileOf("Nächte.mp4", "b", { rule: "no_video", reason: "it is empty" }),
], OPTIONS);

Deno.test("any manifest is read or refused", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("manifest.jsonl");
  const read = async (): Promise<void> =>
    void await valueOrInputError(() => Array.fromAsync(manifestRows(path)));
  await forAny(damagedValue(ROWS), async (rows) => {
    const lines = Array.isArray(rows) ? rows : [rows];
    await Deno.writeTextFile(
      path,
      lines.map((row) => `${JSON.stringify(row)}\n`).join(""),
    );
    await read();
  });
  const valid = new TextEncoder().encode(
    ROWS.map((row) => `${JSON.stringify(row)}\n`).join(""),
  );
  await forAny(damagedBytes(valid), async (bytes) => {
    await Deno.writeFile(path, bytes);
    await read();
  });
});

Deno.test("any table of captions is read or refused", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("captions.csv");
  const cell = fc.oneof(
    fc.constantFrom(
      ...["file", "caption", "language", "start", "end", "a.mp4", '"', '""'],
      ...["a kite", ",", ";", "\n", "\r\n", '"a\nb"', "4", "0x10"],
    ),
    oddText,
  );
  const table = fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 5 })
    .map((rows) => rows.map((cells) => cells.join(",")).join("\n"));
  const headed = table.map((rows) => `file,caption,start,end\n${rows}`);
  await forAny(fc.oneof(table, headed), async (text) => {
    await Deno.writeTextFile(path, text);
    await valueOrInputError(() => readCaptionTable(path));
  });
  const valid = new TextEncoder().encode("file,caption\na.mp4,a kite ü\n");
  await forAny(damagedBytes(valid), async (bytes) => {
    await Deno.writeFile(path, bytes);
    await valueOrInputError(() => readCaptionTable(path));
  });
});
