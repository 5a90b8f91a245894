import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import {
  backUp,
  checkMigrated,
  migrate,
  migrationState,
  openDatabase,
  restore,
} from "lib/service/database/mod.ts";
import { claimJob } from "lib/service/jobs/mod.ts";
import { emptyDatabase, testService } from "../_service.ts";

Deno.test("a migrated database has nothing to do", async () => {
  const database = await emptyDatabase();
  assert.deepEqual(await migrate(database), []);
  const { applied, pending } = await migrationState(database);
  assert.deepEqual([applied[0], pending], ["0001_first", []]);
  await checkMigrated(database);
});

Deno.test("a backup holds all rows, and a restored job that ran waits again", async () => {
  await using test = await testService();
  const done = await test.job({ prompt: "done" });
  await test.drain();
  const { id } = await test.job({ prompt: "ünder way" });
  await claimJob(test.database, "w", ["stand-in"]);
  const before = await (await test.send(`/v1/jobs/${done.id}`)).json();
  const path = await Deno.makeTempFile();
  const counts = await backUp(test.database, path);
  // It holds prompts and secrets of webhooks.
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  assert.deepEqual(
    [counts.users, counts.api_keys, counts.jobs, counts.cost_log],
    [2, 2, 2, 1],
  );
  await assert.rejects(() => restore(test.database, path), /it has users/);
  await emptyDatabase();
  assert.deepEqual(await restore(test.database, path), counts);
  const after = await (await test.send(`/v1/jobs/${done.id}`)).json();
  assert.deepEqual(after, before);
  const job = await (await test.send(`/v1/jobs/${id}`)).json();
  assert.deepEqual([job.status, job.request.prompt], ["queued", "ünder way"]);
  await test.drain();
  const costs = await test.database.selectFrom("cost_log").selectAll()
    .execute();
  assert.equal(costs.length, 2);
  await Deno.remove(path);
});

Deno.test("a backup of the time when clips were square is restored", async () => {
  await using test = await testService();
  const { id } = await test.job({ size: 96 });
  const path = await Deno.makeTempFile();
  await backUp(test.database, path);
  const file = await Deno.open(path);
  const text = await new Response(
    file.readable.pipeThrough(new DecompressionStream("gzip")),
  ).text();
  const older = new Blob([
    text.replace(',"0004_width_and_height"', "")
      .replace('"width": 96, "height": 96', '"size": 96')
      .replace('"width": 96', '"size": 96').replace('"height": 96, ', ""),
  ]).stream().pipeThrough(new CompressionStream("gzip"));
  await Deno.writeFile(path, older);
  await emptyDatabase();
  await restore(test.database, path);
  const job = await (await test.send(`/v1/jobs/${id}`)).json();
  assert.equal(job.request.size, "96x96");
  await Deno.remove(path);
});

Deno.test("what is no backup is refused, and nothing is restored", async () => {
  const database = await emptyDatabase();
  const path = await Deno.makeTempFile();
  await assert.rejects(() => restore(database, `${path}.none`), InputError);
  await Deno.writeTextFile(path, "text");
  await assert.rejects(() => restore(database, path), /must be gzipped text/);
  const gzip = (text: string) =>
    new Response(
      new Blob([text]).stream().pipeThrough(new CompressionStream("gzip")),
    ).bytes();
  await Deno.writeFile(path, await gzip("{}\n"));
  await assert.rejects(
    () => restore(database, path),
    /a file of deno task database backup/,
  );
  const head = { format: "aiprod-backup-1", migrations: ["9999_later"] };
  await Deno.writeFile(path, await gzip(`${JSON.stringify(head)}\n`));
  await assert.rejects(() => restore(database, path), /9999_later is unknown/);
  await Deno.remove(path);
});

Deno.test("a folder that another process has is refused by name", async () => {
  const folder = await Deno.makeTempDir();
  const { lockFolder, thisProcess } = await import("lib/core/mod.ts");
  using _lock = lockFolder(folder, thisProcess(new Date()));
  await assert.rejects(
    () => openDatabase(folder),
    (error: Error) =>
      error instanceof InputError && error.message.includes(folder) &&
      error.message.includes(`process ${Deno.pid}`),
  );
});

Deno.test("a database that must be there is not made", async () => {
  const folder = `${await Deno.makeTempDir()}/none`;
  await assert.rejects(() => openDatabase(folder, { create: false }), {
    name: "InputError",
    message:
      `Cannot open the database "${folder}": it must be there: there is ` +
      "none; check --database, or make one with deno task database migrate",
  });
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
});
