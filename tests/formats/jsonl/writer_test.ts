import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { JsonlWriter, openJsonl, readJsonl } from "lib/formats/jsonl/mod.ts";

async function inFolder(
  test: (path: string) => Promise<void> | void,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/log.jsonl`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("JsonlWriter writes each record at once, as one line", () =>
  inFolder((path) => {
    using log = openJsonl(path);
    assert.equal(log.bytes, 0);
    log.append({ step: 1, text: "é\n" });
    assert.equal(Deno.readTextFileSync(path), '{"step":1,"text":"é\\n"}\n');
    assert.equal(log.bytes, Deno.statSync(path).size);
    log.append({ step: 2 });
    log.sync();
    assert.equal(Deno.readTextFileSync(path).split("\n").length, 3);
    assert.equal(log.bytes, Deno.statSync(path).size);
  }));

Deno.test("openJsonl() goes on at the end of a file by default", () =>
  inFolder(async (path) => {
    for (const step of [1, 2]) {
      using log = openJsonl(path);
      log.append({ step });
    }
    assert.deepEqual(await readJsonl(path), [{ step: 1 }, { step: 2 }]);
  }));

Deno.test("openJsonl() cuts off all that was written after the given byte", () =>
  inFolder((path) => {
    let bytes = 0;
    {
      using log = openJsonl(path);
      log.append({ step: 1 });
      bytes = log.bytes;
      log.append({ step: 2 });
      log.append({ step: 3 });
    }
    {
      using log = openJsonl(path, { atBytes: bytes });
      assert.equal(log.bytes, bytes);
      assert.equal(Deno.readTextFileSync(path), '{"step":1}\n');
      log.append({ step: 2 });
    }
    assert.equal(Deno.readTextFileSync(path), '{"step":1}\n{"step":2}\n');
    using log = openJsonl(path, { atBytes: 0 });
    assert.equal(log.bytes, 0);
    assert.equal(Deno.readTextFileSync(path), "");
  }));

Deno.test("openJsonl() removes a torn last line before it appends", () =>
  inFolder((path) => {
    // The end is looked for in steps of 64 KiB: try it in the first and later.
    for (const [whole, torn] of [[10, 150_000], [150_000, 10]] as const) {
      const text = `{"text":"${"x".repeat(whole)}"}\n`;
      Deno.writeTextFileSync(path, `${text}{"text":"${"x".repeat(torn)}`);
      using log = openJsonl(path);
      assert.equal(log.bytes, text.length);
      log.append({ step: 2 });
      assert.equal(Deno.readTextFileSync(path), `${text}{"step":2}\n`);
    }
  }));

Deno.test("openJsonl() keeps a whole record that lacks only its line feed", () =>
  inFolder((path) => {
    Deno.writeTextFileSync(path, '{"step":1}\n{"step":2}');
    using log = openJsonl(path);
    log.append({ step: 3 });
    assert.equal(
      Deno.readTextFileSync(path),
      '{"step":1}\n{"step":2}\n{"step":3}\n',
    );
    assert.equal(log.bytes, Deno.statSync(path).size);
  }));

Deno.test("openJsonl() refuses to continue after the end or inside a line, unchanged", () =>
  inFolder((path) => {
    const content = '{"step":1}\n{"step":2}\n';
    Deno.writeTextFileSync(path, content);
    assert.throws(() => openJsonl(path, { atBytes: 23 }), {
      name: "InputError",
      message: `Cannot continue "${path}" at byte 23: ` +
        "the file must be at least as long: it has 22 bytes; " +
        "restore it, or remove it to begin a new one",
    });
    assert.throws(() => openJsonl(path, { atBytes: 12 }), {
      name: "InputError",
      message: `Cannot continue "${path}" at byte 12: a line must end there: ` +
        "it ends elsewhere; restore it, or remove it to begin a new one",
    });
    assert.equal(Deno.readTextFileSync(path), content);
  }));

Deno.test("JsonlWriter.append() refuses numbers that JSON cannot hold, and writes nothing", () =>
  inFolder((path) => {
    using log = openJsonl(path);
    for (const value of [NaN, Infinity, -Infinity]) {
      assert.throws(() => log.append({ a: 1, metrics: { loss: value } }), {
        name: "TypeError",
        message: `Cannot append to "${path}": numbers must be finite: ` +
          `current value of "loss" is ${value}; record it as a text`,
      });
    }
    assert.equal(log.bytes, 0);
    assert.equal(Deno.readTextFileSync(path), "");
  }));

Deno.test("JsonlWriter.append() takes back half a line when the disk fails", () =>
  inFolder((path) => {
    const file = Deno.openSync(path, { write: true, create: true });
    const real = file.writeSync.bind(file);
    let calls = 0;
    file.writeSync = (bytes): number => {
      if (++calls === 2) throw new Error("No space left on device");
      return real(calls === 1 ? bytes.subarray(0, 4) : bytes);
    };
    using log = new JsonlWriter(file, path, 0, createHash("sha256"));
    assert.throws(() => log.append({ step: 1 }), {
      message: "No space left on device",
    });
    assert.equal(Deno.readTextFileSync(path), "");
    log.append({ step: 2 });
    assert.equal(Deno.readTextFileSync(path), '{"step":2}\n');
  }));

Deno.test("openJsonl() refuses a file of which one digit was changed", () =>
  inFolder((path) => {
    let bytes = 0;
    let digest = "";
    {
      using log = openJsonl(path);
      log.append({ step: 1, loss: 0.5 });
      ({ bytes, digest } = log);
      log.append({ step: 2, loss: 0.25 });
    }
    {
      using log = openJsonl(path, { atBytes: bytes, digest });
      assert.equal(log.digest, digest);
      log.append({ step: 2, loss: 0.25 });
    }
    const text = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, text.replace("0.5", "0.6"));
    assert.throws(() => openJsonl(path, { atBytes: bytes, digest }), {
      name: "InputError",
      message: `Checksum mismatch: "${path}" is corrupt: its first ${bytes} ` +
        "bytes are not those that were written; restore it, or remove it to " +
        "begin a new one",
    });
    assert.equal(Deno.readTextFileSync(path), text.replace("0.5", "0.6"));
  }));

Deno.test("a JsonlWriter that was disposed of refuses records", () =>
  inFolder((path) => {
    const log = openJsonl(path);
    log[Symbol.dispose]();
    log[Symbol.dispose]();
    const expected = {
      name: "DisposedError",
      message:
        `Cannot use file "${path}": it must not be disposed of yet: it ` +
        "was; dispose of it after its last use",
    };
    assert.throws(() => log.append({ step: 1 }), expected);
    assert.throws(() => log.sync(), expected);
  }));
