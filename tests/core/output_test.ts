import fc from "fast-check";
import assert from "node:assert/strict";
import {
  assertWritableFile,
  assertWritableFolder,
  InputError,
  makeWritableFolder,
} from "lib/core/mod.ts";
import { forAny, oddText, valueOrInputError } from "../_any_input.ts";
import { inFolder, namesIn } from "./_folder.ts";

Deno.test("makeWritableFolder() makes a folder with those above it, and no file", () =>
  inFolder(async (root) => {
    await makeWritableFolder(`${root}/a/b`, "--out");
    assert.deepEqual(namesIn(`${root}/a/b`), []);
  }));

Deno.test("assertWritableFolder() and assertWritableFile() leave no folder behind", () =>
  inFolder(async (root) => {
    await assertWritableFolder(`${root}/a/b/`, "--out");
    await assertWritableFile(`${root}/a/b/c.mp4`, "--out");
    assert.deepEqual(namesIn(root), []);
    await Deno.mkdir(`${root}/kept`);
    await assertWritableFolder(`${root}/kept/new`, "--out");
    await assertWritableFolder(`${root}/kept`, "--out");
    assert.deepEqual(namesIn(root), ["kept"]);
  }));

Deno.test("a place that cannot be written is named with its flag, and nothing is left there", () =>
  inFolder(async (root) => {
    await Deno.writeTextFile(`${root}/file`, "kept");
    await Deno.mkdir(`${root}/folder/report.html`, { recursive: true });
    const long = "x".repeat(300);
    const checks: [() => Promise<void>, RegExp][] = [
      [
        () => makeWritableFolder(`${root}/file`, "--run"),
        /^Cannot use ".*file": it must be a folder that may be written: .*; choose another with --run$/,
      ],
      [
        () => assertWritableFolder(`${root}/file/inside`, "--out"),
        /^Cannot use ".*file\/inside": it must be a folder that may be written: .*; choose another with --out$/,
      ],
      [
        () => makeWritableFolder(`${root}/new/${long}`, "--out"),
        /must be a folder that may be written: .*; choose another with --out$/,
      ],
      [
        () => assertWritableFolder(`${root}/folder`, "--out", ["report.html"]),
        /^Cannot use ".*report\.html": it must be a file or not exist: it is a folder; choose another with --out$/,
      ],
      [
        () => assertWritableFile(`${root}/file/inside.mp4`, "--out"),
        /^Cannot use ".*inside\.mp4": it must be a file that may be written: .*; choose another with --out$/,
      ],
      [
        () => assertWritableFile(`${root}/new/${long}.png`, "--out"),
        /it must be a file that may be written: .*; choose another with --out$/,
      ],
      [
        () => assertWritableFile(`${root}/folder`, "--out"),
        /it must be a file or not exist: it is a folder; choose another with --out$/,
      ],
      [
        () => makeWritableFolder(`${root}/file`, undefined),
        /; make it writable$/,
      ],
    ];
    for (const [check, message] of checks) {
      await assert.rejects(check(), (error) => {
        assert.ok(error instanceof InputError, String(error));
        assert.match(error.message, message);
        return true;
      });
    }
    assert.deepEqual(namesIn(root), ["file", "folder"]);
    assert.equal(await Deno.readTextFile(`${root}/file`), "kept");
  }));

Deno.test("any name of an output is proved or refused, and nothing is left", () =>
  inFolder(async (root) => {
    await Deno.mkdir(`${root}/in/folder`, { recursive: true });
    await Deno.writeTextFile(`${root}/in/file`, "kept");
    const part = fc.oneof(
      fc.constantFrom("file", "folder", "a", "b.mp4", "x".repeat(300)),
      // A path out of the folder is another test's.
      oddText.filter((text) => !text.includes("..")),
    );
    const path = fc.array(part, { minLength: 1, maxLength: 3 })
      .map((parts) => `${root}/in/${parts.join("/")}`);
    await forAny(path, async (path) => {
      await valueOrInputError(() => assertWritableFile(path, "--out"));
      await valueOrInputError(() => assertWritableFolder(path, "--out"));
      assert.deepEqual(namesIn(`${root}/in`), ["file", "folder"]);
      assert.deepEqual(namesIn(`${root}/in/folder`), []);
    });
    assert.equal(await Deno.readTextFile(`${root}/in/file`), "kept");
  }));
