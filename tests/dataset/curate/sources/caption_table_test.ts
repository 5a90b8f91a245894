import assert from "node:assert/strict";
import { readCaptionTable } from "lib/dataset/curate/mod.ts";
import { temporaryFolder } from "../../_video_fixture.ts";

/** The rows of a table with this content, as `[file, captions]`. */
async function rowsOf(
  content: string,
  name = "captions.csv",
): Promise<unknown[]> {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(folder.file(name), content);
  const { rows } = await readCaptionTable(folder.file(name));
  return rows.map(({ file, captions }) => [file, captions]);
}

Deno.test("readCaptionTable() reads quoted cells, several rows of a file, and times", async () => {
  assert.deepEqual(
    await rowsOf(
      "\ufefffile,caption,language,start,end\n" +
        'sub/a.mp4,"a cat, asleep",en,,\n' +
        "sub/a.mp4,it wakes,,2,3.5\n" +
        'b.mp4,"""b""\r\nc",en,,\n',
    ),
    [
      ["sub/a.mp4", [{ text: "a cat, asleep", language: "en" }]],
      ["sub/a.mp4", [{
        text: "it wakes",
        language: "und",
        start: 2,
        end: 3.5,
      }]],
      ["b.mp4", [{ text: '"b" c', language: "en" }]],
    ],
  );
});

Deno.test("readCaptionTable() detects separators and names of columns", async () => {
  const expected = [["a.mp4", [{ text: "a kite, red", language: "und" }]]];
  for (
    const table of [
      'file;caption\na.mp4;"a kite, red"\n',
      "file_name\ttext\r\na.mp4\ta kite, red\r\n",
      "Filename|Prompt\ra.mp4|a kite, red\r",
      'text,Video\n"a kite, red",a.mp4',
      '\n"Path","CAPTION"\n"a.mp4","a kite, red"\n',
    ]
  ) assert.deepEqual(await rowsOf(table), expected, table);
});

Deno.test("readCaptionTable() keeps further columns as labels", async () => {
  assert.deepEqual(
    await rowsOf(
      "file,caption,turn,Text,fps\na.mp4,a car,left,,20\nb.mp4,,right,x,\n",
    ),
    [
      ["a.mp4", [{
        text: "a car",
        language: "und",
        labels: { turn: "left", fps: "20" },
      }]],
      ["b.mp4", [{
        text: "",
        language: "und",
        labels: { turn: "right", Text: "x" },
      }]],
    ],
  );
});

Deno.test("readCaptionTable() reads JSON in lines and as a list", async () => {
  const rows = [
    { file_name: "a.mp4", text: "a kite", fps: 20, size: [2, 3], no: null },
    { file_name: "b.mp4", captions: ["one", { text: "two", language: "en" }] },
  ];
  const expected = [
    ["a.mp4", [{
      text: "a kite",
      language: "und",
      labels: { fps: "20", size: "[2,3]" },
    }]],
    ["b.mp4", [
      { text: "one", language: "und" },
      { text: "two", language: "en" },
    ]],
  ];
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  assert.deepEqual(await rowsOf(lines, "metadata.jsonl"), expected);
  assert.deepEqual(await rowsOf(JSON.stringify(rows), "a.json"), expected);
});

Deno.test("readCaptionTable() notes impossible times and empty captions", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("captions.csv");
  await Deno.writeTextFile(path, "file,caption,start,end\na,x,2,1\nb,,,\n");
  const { rows, notes } = await readCaptionTable(path);
  assert.deepEqual(rows.map(({ captions }) => captions), [[], []]);
  assert.deepEqual(notes, [
    `"${path}, line 2": leaves out "x": it must start before its end: it ` +
    "starts at 2 s and ends at 1 s",
    `"${path}, line 3": has an empty caption`,
  ]);
});

Deno.test("readCaptionTable() reports the line and column of an error", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("captions.csv");
  const cases: [string, RegExp][] = [
    ["", /it has no such line; check the file$/],
    ["file,caption\n", /it has no such line; check the file$/],
    [
      "a.mp4,a red kite\nb.mp4,a cat\n",
      /^Cannot read ".*": its first line must name a file \(or filename, .*\) and a caption \(or text, prompt\): it is "a\.mp4, a red kite"; correct the table$/,
    ],
    ["file,caption,turn,Turn\n", /and each column once: it is /],
    [
      "file,caption\n,a cat\n",
      /^Cannot read line 2 of ".*": the name of the file must not be ""; correct the table$/,
    ],
    [
      "file,caption,start\na.mp4,x,soon\n",
      /line 2 .*start must be seconds, 0 or more: it is "soon"; correct the table$/,
    ],
    [
      "file,caption\na.mp4,a red kite, flying\n",
      /^Cannot read line 2 of ".*": it must have a cell for each of 2 columns: it has 3; put the text around separators in quotation marks$/,
    ],
    [
      'file,caption\na.mp4,"a cat\n',
      /^Cannot read ".*": it must be a table of separated values: .*; check the quotation marks$/,
    ],
  ];
  for (const [text, message] of cases) {
    await Deno.writeTextFile(path, text);
    await assert.rejects(readCaptionTable(path), {
      name: "InputError",
      message,
    });
  }
  await assert.rejects(readCaptionTable(folder.file("none.csv")), {
    name: "InputError",
    message: /^Cannot read ".*none\.csv"/,
  });
});
