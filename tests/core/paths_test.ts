import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { makeWritableFolder } from "lib/core/mod.ts";

Deno.test("a folder is made with those above it, and nothing is left in it", async () => {
  const root = await Deno.makeTempDir();
  try {
    await makeWritableFolder(`${root}/a/b`, "--out");
    assert.deepEqual([...Deno.readDirSync(`${root}/a/b`)], []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("where a file stands no folder can be made: the flag is named", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assert.rejects(
      makeWritableFolder(file, "--run"),
      (error) =>
        error instanceof InputError && error.message.includes(`"${file}"`) &&
        error.message.endsWith("choose another with --run"),
    );
  } finally {
    await Deno.remove(file);
  }
});
