import assert from "node:assert/strict";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { readNotebook } from "lib/formats/notebook/mod.ts";
import { decodeText, parseJson, readText } from "lib/formats/text/mod.ts";
import { temporaryFolder } from "../../dataset/_video_fixture.ts";

/** UTF-16 with its byte-order mark. */
function utf16(text: string, isBig = false): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * text.length + 2);
  const view = new DataView(bytes.buffer);
  [...`\ufeff${text}`].forEach((letter, i) =>
    view.setUint16(2 * i, letter.charCodeAt(0), !isBig)
  );
  return bytes;
}

Deno.test("decodeText() reads UTF-8 and UTF-16 and drops the byte-order mark", () => {
  const text = "ein grüner Drachen\r\n猫";
  const utf8 = new TextEncoder().encode(text);
  assert.equal(decodeText(utf8, "a.txt"), text);
  assert.equal(
    decodeText(new Uint8Array([0xef, 0xbb, 0xbf, ...utf8]), "a.txt"),
    text,
  );
  assert.equal(decodeText(utf16(text), "a.txt"), text);
  assert.equal(decodeText(utf16(text, true), "a.txt"), text);
  assert.equal(decodeText(new Uint8Array(), "a.txt"), "");
});

Deno.test("decodeText() names the byte that is in no such encoding", () => {
  const cases: [bytes: number[], found: string][] = [
    [[0x61, 0x92, 0x73], "byte 0x92 at offset 1 is no UTF-8"],
    [[0xc3, 0xbc, 0x63, 0xe9, 0x20], "byte 0xe9 at offset 3 is no UTF-8"],
    [[0x61, 0xe9], "byte 0xe9 at offset 1 is no UTF-8"],
    [[0xff, 0xfe, 0x61], "byte 0x61 at offset 2 is no UTF-16LE"],
    [[0x61, 0, 0x62, 0], "the character at offset 1 is NUL"],
  ];
  for (const [bytes, found] of cases) {
    assert.throws(() => decodeText(new Uint8Array(bytes), "a.txt"), {
      name: "InputError",
      message:
        `Cannot read "a.txt": it must be text in UTF-8, or in UTF-16 with a ` +
        `byte-order mark: ${found}; save it as UTF-8`,
    });
  }
});

Deno.test("readText() names a missing file and a folder", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(readText(folder.file("none.txt")), {
    name: "InputError",
    message: /none\.txt": the file must exist: there is none; check the path$/,
  });
  await assert.rejects(readText(folder.path, "notebook"), {
    name: "InputError",
    message: /it must be a notebook: it is a folder; name a file in/,
  });
});

Deno.test("parseJson() names line, column and what is wrong", () => {
  assert.deepEqual(parseJson('{"a": [1, null]}', "a.json"), { a: [1, null] });
  const cases: [text: string, found: string][] = [
    [
      '{"a": 1, // size\n "b": 1}',
      'line 1, column 10: found "// size"; JSON has no comments',
    ],
    ['{"a": 1, "a": 2}', 'line 1, column 10: the object has "a" twice'],
    [
      '{"a": 1,\n}',
      'line 2, column 1: found "}" where a name in quotes must stand',
    ],
    ["[1, 2", "line 1, column 6: found the end where a ] must stand"],
    ["[NaN]", 'line 1, column 2: found "NaN", which is no value of JSON'],
    ["{} {}", 'line 1, column 4: found "{" behind the end of the value'],
    [" \n", "it is empty"],
  ];
  for (const [text, found] of cases) {
    assert.throws(() => parseJson(text, "a.json"), {
      name: "InputError",
      message:
        `Cannot read "a.json": it must be JSON: ${found}; correct the file`,
    });
  }
  // The same name in two objects is no repetition.
  assert.deepEqual(parseJson('[{"a": {"a": 1}}, {"a": 2}]', "a.json"), [
    { a: { a: 1 } },
    { a: 2 },
  ]);
});

Deno.test("records and notebooks may be saved as UTF-16", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("a.jsonl");
  await Deno.writeFile(path, utf16('{"a":"ü"}\r\n{"b":2}\r\n'));
  assert.deepEqual(await readJsonl(path), [{ a: "ü" }, { b: 2 }]);
  const cells = '{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[]}';
  await Deno.writeFile(folder.file("a.ipynb"), utf16(cells, true));
  assert.deepEqual((await readNotebook(folder.file("a.ipynb"))).cells, []);
});
