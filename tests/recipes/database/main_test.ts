import assert from "node:assert/strict";
import { runTask } from "../_task_process.ts";

Deno.test("a backup replaces no file without --overwrite", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/service.gz`;
  await Deno.writeTextFile(file, "kept");
  const backup = ["backup", file, "--database", `${folder}/none`];
  const refused = await runTask("database", ...backup);
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /^error: Cannot write ".*service\.gz": it must not exist yet: it does; choose another with backup FILE, or pass --overwrite to replace it\n$/,
  );
  // Then the database is looked for.
  const allowed = await runTask("database", ...backup, "--overwrite");
  assert.match(allowed.stderr, /^error: Cannot open the database ".*none"/);
  assert.equal(await Deno.readTextFile(file), "kept");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("deno task keys makes no database where there is none", async () => {
  const folder = await Deno.makeTempDir();
  const none = `${folder}/typo/database`;
  const { code, stderr } = await runTask("keys", "list", "--database", none);
  assert.equal(code, 2);
  assert.match(stderr, /^error: Cannot open the database ".*typo\/database"/);
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder, { recursive: true });
});
