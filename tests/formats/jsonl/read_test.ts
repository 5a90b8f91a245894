import assert from "node:assert/strict";
import { readJsonl } from "lib/formats/jsonl/mod.ts";

async function withLines(
  content: string | Uint8Array,
  test: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    await Deno.writeFile(
      path,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("readJsonl() reads one object from each line", async () => {
  const cases: [content: string, records: unknown[]][] = [
    ["", []],
    ['{"a":1}\n', [{ a: 1 }]],
    ['{"a":"é\\n"}\n{"b":[null,{}]}\r\n', [{ a: "é\n" }, { b: [null, {}] }]],
  ];
  for (const [content, records] of cases) {
    await withLines(content, async (path) => {
      assert.deepEqual(await readJsonl(path), records);
    });
  }
});

Deno.test("readJsonl() drops a last line cut off at any byte, and no other", async () => {
  const whole = new TextEncoder().encode('{"a":1}\n{"text":"é","n":12}\n');
  const first = '{"a":1}\n'.length;
  for (let end = first; end <= whole.length; end++) {
    const complete = end >= whole.length - 1; // only the line feed may miss
    await withLines(whole.subarray(0, end), async (path) => {
      const expected = complete ? [{ a: 1 }, { text: "é", n: 12 }] : [{ a: 1 }];
      assert.deepEqual(await readJsonl(path), expected, `${end} bytes`);
    });
  }
});

Deno.test("readJsonl() refuses any other line that is not a JSON object", async () => {
  const cases: [line: string | Uint8Array, problem: RegExp][] = [
    ['{"a":', /it must be JSON in UTF-8: .+/],
    ["", /it must be JSON in UTF-8: .+/],
    [
      Uint8Array.of(0x22, 0xff, 0x22),
      /it must be JSON in UTF-8: byte 0xff at offset 1 is no UTF-8/,
    ],
    ["[1,2]", /it must be a JSON object: \[1,2\]/],
    ["12", /it must be a JSON object: 12/],
    ["null", /it must be a JSON object: null/],
  ];
  for (const [line, problem] of cases) {
    const bytes = typeof line === "string"
      ? new TextEncoder().encode(line)
      : line;
    const content = Uint8Array.of(
      ...new TextEncoder().encode('{"a":1}\n'),
      ...bytes,
      ...new TextEncoder().encode('\n{"b":2}\n'),
    );
    await withLines(content, async (path) => {
      await assert.rejects(readJsonl(path), (error: Error) => {
        assert.equal(error.name, "InputError");
        const start = `Cannot read line 2 of "${path}": `;
        const end = "; correct or remove the line";
        assert.equal(error.message.slice(0, start.length), start);
        assert.equal(error.message.slice(-end.length), end);
        const middle = error.message.slice(start.length, -end.length);
        assert.match(middle, new RegExp(`^${problem.source}$`));
        return true;
      });
    });
  }
});

Deno.test("readJsonl() refuses a path without a file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(readJsonl(`${folder}/none.jsonl`), {
      name: "InputError",
      message: `Cannot read "${folder}/none.jsonl": the file must exist: ` +
        "there is none; check the path",
    });
  } finally {
    await Deno.remove(folder);
  }
});
