import assert from "node:assert/strict";
import { controlFiles } from "lib/trainer/run/control_files.ts";

Deno.test("each control file makes one request: save or stop", async () => {
  const folder = await Deno.makeTempDir();
  let now = 0;
  const next = controlFiles(folder, () => now += 500);
  assert.equal(next(), undefined);
  await Deno.writeTextFile(`${folder}/save`, "");
  assert.deepEqual(next(), { kind: "save" });
  assert.equal(next(), undefined);
  await Deno.writeTextFile(`${folder}/save`, "");
  await Deno.writeTextFile(`${folder}/stop`, "");
  assert.deepEqual(next(), { kind: "stop", reason: "stop file" });
  assert.deepEqual(next(), { kind: "save" });
  assert.deepEqual([...Deno.readDirSync(folder)], []);
});

Deno.test("the folder is checked at most twice a second", async () => {
  const folder = await Deno.makeTempDir();
  let now = 0;
  const next = controlFiles(folder, () => now);
  assert.equal(next(), undefined);
  await Deno.writeTextFile(`${folder}/stop`, "");
  now = 499;
  assert.equal(next(), undefined);
  now = 500;
  assert.deepEqual(next(), { kind: "stop", reason: "stop file" });
});
