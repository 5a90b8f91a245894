import assert from "node:assert/strict";
import {
  removePartialFiles,
  temporaryNameFor,
  writeFileAtomically,
} from "lib/core/mod.ts";
import { inFolder, namesIn } from "./_folder.ts";

Deno.test("writeFileAtomically() writes a text, bytes, or parts one after another", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.bin`;
    await writeFileAtomically(path, "é");
    assert.deepEqual([...Deno.readFileSync(path)], [0xc3, 0xa9]);
    await writeFileAtomically(path, Uint8Array.of(1, 2, 3));
    assert.deepEqual([...Deno.readFileSync(path)], [1, 2, 3]);
    await writeFileAtomically(path, [
      Uint8Array.of(4),
      new Uint8Array(),
      Uint8Array.of(5, 6),
    ]);
    assert.deepEqual([...Deno.readFileSync(path)], [4, 5, 6]);
    assert.deepEqual(namesIn(folder), ["a.bin"]);
  }));

Deno.test("writeFileAtomically() leaves the old file, and no other, when it fails", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.bin`;
    await writeFileAtomically(path, "old");
    const parts = [Uint8Array.of(1), null as unknown as Uint8Array];
    await assert.rejects(writeFileAtomically(path, parts), TypeError);
    assert.equal(Deno.readTextFileSync(path), "old");
    assert.deepEqual(namesIn(folder), ["a.bin"]);
  }));

Deno.test("writeFileAtomically() names a folder that does not exist", () =>
  inFolder(async (folder) => {
    await assert.rejects(
      writeFileAtomically(`${folder}/none/a.bin`, "x"),
      {
        name: "InputError",
        message:
          `Cannot write "${folder}/none/a.bin": its folder must exist: ` +
          `"${folder}/none" does not; create it first`,
      },
    );
  }));

Deno.test("temporaryNameFor() stays in the folder and keeps the extension", () => {
  const name = `.partial-${Deno.pid}-model.safetensors`;
  assert.equal(temporaryNameFor("runs/a/model.safetensors"), `runs/a/${name}`);
  assert.equal(temporaryNameFor("model.safetensors"), name);
});

Deno.test("writeFileAtomically() refuses to replace what is no file", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(writeFileAtomically(folder, "x"), {
    name: "InputError",
    message: `Cannot write "${folder}": it must name a file: it is a folder; ` +
      "add a file name",
  });
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});

Deno.test("removePartialFiles() removes partial files in all folders, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/vae`);
  await Deno.writeTextFile(`${folder}/.partial-1-metrics.jsonl`, "x");
  await Deno.writeTextFile(`${folder}/vae/.partial-2-a.safetensors`, "x");
  await Deno.writeTextFile(`${folder}/vae/partial-2-a.safetensors`, "x");
  await Deno.writeTextFile(`${folder}/.lock`, "x");
  assert.equal(await removePartialFiles(folder), 2);
  const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  assert.deepEqual(left.sort(), [".lock", "vae"]);
  const inner = await Array.fromAsync(
    Deno.readDir(`${folder}/vae`),
    ({ name }) => name,
  );
  assert.deepEqual(inner, ["partial-2-a.safetensors"]);
});
