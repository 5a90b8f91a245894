import assert from "node:assert/strict";
import { Sidecars } from "lib/dataset/curate/mod.ts";
import { pairSidecars } from "lib/dataset/curate/sources/sidecar_names.ts";
import { temporaryFolder } from "../../_video_fixture.ts";

/** What is read beside a video from files with these contents. */
async function readBeside(
  video: string,
  files: Record<string, string | Uint8Array<ArrayBuffer>>,
): Promise<Awaited<ReturnType<Sidecars["read"]>>> {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(folder.file(video), "");
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === "string") {
      await Deno.writeTextFile(folder.file(name), content);
    } else await Deno.writeFile(folder.file(name), content);
  }
  return await new Sidecars().read(folder.file(video));
}

/** Texts of the captions, for files that need no note. */
async function textsBeside(
  video: string,
  files: Record<string, string | Uint8Array<ArrayBuffer>>,
): Promise<string[]> {
  const { captions, notes } = await readBeside(video, files);
  assert.deepEqual(notes, []);
  return captions.map(({ text }) => text);
}

Deno.test("Sidecars reads text, captions, JSON and subtitles, in this order", async () => {
  const files = {
    "Katze 猫.srt": "1\n00:00:01,000 --> 00:00:02,500\n<i>it</i> wakes\nup\n",
    "Katze 猫.txt": "\ufeffa cat sleeps\r\n\r\n  ネコが眠る \n",
    "Katze 猫.caption": "un chat",
    "Katze 猫.json": '{"caption": "eine Katze schläft", "language": "de"}',
  };
  assert.deepEqual(await readBeside("Katze 猫.mp4", files), {
    captions: [
      { text: "a cat sleeps", language: "und" },
      { text: "ネコが眠る", language: "und" },
      { text: "un chat", language: "und" },
      { text: "eine Katze schläft", language: "de" },
      { text: "it wakes up", language: "und", start: 1, end: 2.5 },
    ],
    notes: [],
  });
});

Deno.test("pairSidecars() pairs any letter case, ending, normalisation and language", () => {
  const { byVideo, alone } = pairSidecars([
    "a.MP4",
    "a.mp4.TXT",
    "a.Json",
    "a.de.srt",
    "A.vtt",
    "caf\u00e9.mov",
    "cafe\u0301.txt",
    "b.mp4",
    "B.mp4",
    "b.txt",
    "b.dark.txt",
    "b.pt-BR.caption",
    "._a.txt",
    "notes.txt",
    "page.html",
    "page.txt",
  ]);
  const found = Object.fromEntries(
    [...byVideo].map(([video, own]) => [
      video,
      own.map(({ name, language }) => language ? `${name} ${language}` : name),
    ]),
  );
  assert.deepEqual(found, {
    "a.MP4": ["a.mp4.TXT", "a.Json", "A.vtt", "a.de.srt de"],
    "caf\u00e9.mov": ["cafe\u0301.txt"],
    "b.mp4": ["b.txt", "b.pt-BR.caption pt-BR"],
    "page.html": ["page.txt"],
  });
  assert.deepEqual(alone, ["b.dark.txt", "notes.txt", "page.txt"]);
});

Deno.test("Sidecars reads every kind of line end", async () => {
  for (const end of ["\n", "\r\n", "\r", "\u2028", "\u2029", "\u0085", "\v"]) {
    assert.deepEqual(
      await textsBeside("a.mp4", { "a.txt": `a kite${end}it\tflies${end}` }),
      ["a kite", "it flies"],
      JSON.stringify(end),
    );
  }
});

Deno.test("Sidecars reads the usual shapes of JSON", async () => {
  const cases: [json: string, texts: string[]][] = [
    ['"a kite"', ["a kite"]],
    ['["a kite", {"text": "it flies"}]', ["a kite", "it flies"]],
    ['[{"caption": "a kite"}]', ["a kite"]],
    ['{"prompt": "a kite"}', ["a kite"]],
    ['{"Text": "a kite"}', ["a kite"]],
    ['{"caption": ["a kite", "it\\r\\nflies"]}', ["a kite", "it flies"]],
    ['{"captions": [{"caption": "a kite"}, "it flies"]}', [
      "a kite",
      "it flies",
    ]],
  ];
  for (const [json, texts] of cases) {
    assert.deepEqual(await textsBeside("a.mp4", { "a.json": json }), texts);
  }
  const timed = '{"captions": [{"text": "un chat", "language": "fr", ' +
    '"start": 1, "end": "2.5"}]}';
  assert.deepEqual((await readBeside("a.mp4", { "a.json": timed })).captions, [
    { text: "un chat", language: "fr", start: 1, end: 2.5 },
  ]);
});

Deno.test("Sidecars notes all that it does not read, and reads the rest", async () => {
  const cases: [json: string, texts: string[], note: RegExp][] = [
    [
      '{"caption": "a kite", "fps": 12, "duration": 2}',
      ["a kite"],
      /^"a\.json": reads the captions, not the fields fps, duration$/,
    ],
    [
      '{"captain": "a kite"}',
      [],
      /^"a\.json": has no caption in \{"captain":"a kite"\}: it must be a text, a list of texts, or \{"caption": "\.\.\."\}/,
    ],
    [
      '["a kite", 42]',
      ["a kite"],
      /leaves out 42: it must be a text, a list of texts, or \{"caption"/,
    ],
    ['{"caption": " "}', [], /^"a\.json": has an empty caption$/],
    ["[]", [], /^"a\.json": holds no caption$/],
    ["{", [], /^Cannot read "a\.json": it must be JSON: line 1, column 2: /],
    [
      '{"captions": ["a kite", {"text": "gone", "start": 2, "end": 0.5}]}',
      ["a kite"],
      /leaves out "gone": it must start before its end: it starts at 2 s and ends at 0\.5 s$/,
    ],
    [
      '[{"text": "gone", "start": "0:05"}, "a kite"]',
      ["a kite"],
      /leaves out \{"text":"gone","start":"0:05"\}: start must be seconds/,
    ],
  ];
  for (const [json, texts, note] of cases) {
    const { captions, notes } = await readBeside("a.mp4", { "a.json": json });
    assert.deepEqual(captions.map(({ text }) => text), texts, json);
    assert.equal(notes.length, 1, json);
    assert.match(notes[0]!, note);
  }
});

Deno.test("Sidecars notes an encoding, a folder, an empty and a long text", async () => {
  const latin1 = Uint8Array.from("grün", (letter) => letter.charCodeAt(0));
  const { captions, notes } = await readBeside("a.mp4", {
    "a.txt": latin1,
    "a.caption": "\r\n \r\n",
    "a.json": `["${"word ".repeat(200)}"]`,
  });
  assert.equal(captions[0]!.text.length, 999);
  assert.deepEqual(notes, [
    'Cannot read "a.txt": it must be text in UTF-8, or in UTF-16 with a ' +
    "byte-order mark: byte 0xfc at offset 2 is no UTF-8; save it as UTF-8",
    '"a.caption": holds no caption',
    '"a.json": has a caption of 999 characters: the text encoders of the ' +
    "presets read the first 48 to 512",
  ]);
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(folder.file("b.mp4"), "");
  await Deno.mkdir(folder.file("b.txt"));
  assert.deepEqual((await new Sidecars().read(folder.file("b.mp4"))).notes, [
    'Cannot read "b.txt": it must be a file: it is a folder; name a file in it',
  ]);
});

Deno.test("Sidecars reads WebVTT with its language, and notes a wrong time", async () => {
  const vtt = `WEBVTT
Kind: captions
Language: de

NOTE 00:01 is no cue

STYLE
::cue { color: red }

intro
00:01.000 --> 01:00:02.500 align:start
<v Anna>Salz &amp; Pfeffer
<c.yellow>gemahlen</c>

00:03 -> 00:04
lost --> lost
`;
  assert.deepEqual(await readBeside("a.mp4", { "a.vtt": vtt }), {
    captions: [{
      text: "Salz & Pfeffer gemahlen",
      language: "de",
      start: 1,
      end: 3602.5,
    }],
    notes: [
      '"a.vtt": leaves out "": its times must be as 00:00:01.000 --> ' +
      '00:00:02.500: they are "lost --> lost"',
    ],
  });
});
