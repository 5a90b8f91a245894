import assert from "node:assert/strict";
import { sql } from "kysely";
import { IN_MEMORY, migrate, openDatabase } from "lib/service/database/mod.ts";
import { DATABASE, emptyDatabase } from "../_service.ts";

Deno.test({
  name: "three processes migrate at once (deno task test:postgres)",
  // PGlite belongs to one process.
  ignore: DATABASE === IN_MEMORY,
  async fn() {
    const shared = await emptyDatabase();
    const name = `migrate_${Date.now()}`;
    await sql`create database ${sql.id(name)}`.execute(shared);
    const url = DATABASE.replace(/\/[^/]*$/, `/${name}`);
    const opened = await Promise.all([1, 2, 3].map(() => openDatabase(url)));
    const applied = await Promise.all(
      opened.map(({ database }) => migrate(database)),
    );
    assert.equal(
      applied.flat().filter((each) => each === "0001_first").length,
      1,
    );
    await Promise.all(opened.map((each) => each[Symbol.asyncDispose]()));
    await sql`drop database ${sql.id(name)}`.execute(shared);
  },
});

Deno.test({
  name:
    "a connection that the server ends is no end of the process (test:postgres)",
  ignore: DATABASE === IN_MEMORY,
  async fn() {
    const errors: string[] = [];
    await using opened = await openDatabase(DATABASE, {
      onError: ({ message }) => errors.push(message),
    });
    const { database } = opened;
    const shared = await emptyDatabase();
    const end = (pid: number) =>
      sql`select pg_terminate_backend(${pid})`.execute(shared);
    await assert.rejects(() =>
      database.transaction().execute(async (tx) => {
        const { rows: [own] } = await sql<{ pid: number }>`
          select pg_backend_pid() as pid`.execute(tx);
        await end(own!.pid);
        // Between two queries nobody waits for an answer.
        await new Promise((done) => setTimeout(done, 100));
        await sql`select 1`.execute(tx);
      })
    );
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(
      database,
    );
    assert.deepEqual(rows, [{ one: 1 }]);
  },
});

Deno.test("jobs of the time when clips were square keep their size", async () => {
  await using opened = await openDatabase(IN_MEMORY);
  const { database } = opened;
  await migrate(database);
  await sql`delete from kysely_migration where name >= '0004'`.execute(
    database,
  );
  await sql`insert into users (id, name) values ('ann', 'Ann')`.execute(
    database,
  );
  await sql`
    insert into jobs (id, owner, model, request, priority, max_attempts,
      estimated_flops, estimated_micros)
    values ('old', 'ann', 'nano', '{"prompt": "a", "size": 96}', 5, 3, 1, 1),
      ('new', 'ann', 'nano', '{"width": 80, "height": 64}', 5, 3, 1, 1)
  `.execute(database);
  assert.deepEqual(await migrate(database), ["0004_width_and_height"]);
  const rows = await database.selectFrom("jobs").select(["id", "request"])
    .orderBy("id").execute();
  assert.deepEqual<unknown>(rows, [
    { id: "new", request: { width: 80, height: 64 } },
    { id: "old", request: { prompt: "a", width: 96, height: 96 } },
  ]);
});
