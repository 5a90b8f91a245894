import assert from "node:assert/strict";
import { enterRepository } from "lib/notebook/display/repository.ts";

Deno.test("enterRepository() goes up to the nearest deno.json, and stays there", async () => {
  const before = Deno.cwd();
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/notebooks/deep`, { recursive: true });
    await Deno.writeTextFile(`${folder}/deno.json`, "{}");
    Deno.chdir(`${folder}/notebooks/deep`);
    enterRepository();
    assert.equal(Deno.cwd(), await Deno.realPath(folder));
    enterRepository();
    assert.equal(Deno.cwd(), await Deno.realPath(folder));
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
});
