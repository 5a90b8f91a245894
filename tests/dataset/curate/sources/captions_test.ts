import assert from "node:assert/strict";
import { readCaptionTable, readSidecars } from "lib/dataset/curate/mod.ts";
import { temporaryFolder } from "../../_video_fixture.ts";

Deno.test("readSidecars() reads lines of text and both forms of JSON", async () => {
  await using folder = await temporaryFolder();
  const video = folder.file("Katze 猫.mp4");
  assert.deepEqual(await readSidecars(video), { captions: [], notes: [] });
  await Deno.writeTextFile(
    folder.file("Katze 猫.txt"),
    "\ufeffa cat sleeps\r\n\r\n  ネコが眠る \n",
  );
  await Deno.writeTextFile(
    folder.file("Katze 猫.json"),
    JSON.stringify({ caption: "eine Katze schläft", language: "de" }),
  );
  assert.deepEqual(await readSidecars(video), {
    captions: [
      { text: "a cat sleeps", language: "und" },
      { text: "ネコが眠る", language: "und" },
      { text: "eine Katze schläft", language: "de" },
    ],
    notes: [],
  });
  await Deno.remove(folder.file("Katze 猫.txt"));
  await Deno.writeTextFile(
    folder.file("Katze 猫.json"),
    JSON.stringify({
      captions: ["a cat", {
        text: "un chat",
        language: "fr",
        start: 1,
        end: 2,
      }],
    }),
  );
  assert.deepEqual((await readSidecars(video)).captions, [
    { text: "a cat", language: "und" },
    { text: "un chat", language: "fr", start: 1, end: 2 },
  ]);
});

Deno.test("readSidecars() notes an unreadable sidecar and continues", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(folder.file("a.txt"), "a cat");
  for (const wrong of ["{", '{"captain": "a cat"}', '{"caption": "  "}']) {
    await Deno.writeTextFile(folder.file("a.json"), wrong);
    const { captions, notes } = await readSidecars(folder.file("a.mp4"));
    assert.deepEqual(captions.map(({ text }) => text), ["a cat"]);
    assert.equal(notes.length, 1, wrong);
    assert.match(
      notes[0]!,
      /^cannot read the captions in the \.json file beside it: ./,
    );
  }
});

Deno.test("readCaptionTable() reads quoted cells, several rows of a file, and times", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("captions.csv");
  await Deno.writeTextFile(
    path,
    "\ufefffile,caption,language,start,end\n" +
      'sub/a.mp4,"a cat, asleep",en,,\n' +
      "sub/a.mp4,it wakes,,2,3.5\n" +
      `${folder.path}/b.mp4,"""b""",en,,\n`,
  );
  assert.deepEqual([...await readCaptionTable(path)], [
    [folder.file("sub/a.mp4"), [
      { text: "a cat, asleep", language: "en" },
      { text: "it wakes", language: "und", start: 2, end: 3.5 },
    ]],
    [folder.file("b.mp4"), [{ text: '"b"', language: "en" }]],
  ]);
});

Deno.test("readCaptionTable() reports the line and column of an error", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("captions.csv");
  const cases: [string, RegExp][] = [
    [
      "file,text\na.mp4,a cat\n",
      /^Cannot read line 2 of ".*": the columns must be file, caption, language, start and end, .*; correct the table$/,
    ],
    [
      "file,caption\na.mp4,\n",
      /line 2 .*caption: must not be empty; correct the table$/,
    ],
    [
      "file,caption,start\na.mp4,x,soon\n",
      /line 2 .*start: must be seconds, 0 or more; correct the table$/,
    ],
    [
      'file,caption\na.mp4,"a cat\n',
      /^Cannot read ".*": it must be a table of comma-separated values: .*; check the path and the quotes$/,
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
