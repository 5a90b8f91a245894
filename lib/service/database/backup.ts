import { sql } from "kysely";
import { InputError, writeFileAtomically } from "../../core/mod.ts";
import { checkMigrated, migrationState } from "./migrate.ts";
import { ROW_MIGRATIONS } from "./migrations.ts";
import type { Database, Tables } from "./schema.ts";

/** Tables that a backup holds; a table follows those that it refers to. */
const KEPT = [
  "users",
  "api_keys",
  "jobs",
  "cost_log",
  "webhook_deliveries",
  "settings",
] as const satisfies readonly (keyof Tables)[];

/** Kind and version of a backup. */
export const BACKUP_FORMAT = "aiprod-backup-1";

/** Rows of one query. */
const PAGE = 1000;

/** How many rows of each table a backup has. */
export type RowCounts = Readonly<Record<string, number>>;

/**
 * Writes all rows of one moment to a file: lines of JSON, gzipped. It is the
 * same on PGlite and PostgreSQL, so a backup also moves a service from one to
 * the other. Videos are files and not in it. It holds secrets of webhooks, so its
 * owner alone may read it.
 */
export async function backUp(
  database: Database,
  path: string,
): Promise<RowCounts> {
  await checkMigrated(database);
  const { applied } = await migrationState(database);
  const lines = [
    JSON.stringify({ format: BACKUP_FORMAT, migrations: applied }),
  ];
  const counts: Record<string, number> = {};
  await database.transaction().setIsolationLevel("repeatable read").execute(
    async (tx) => {
      for (const table of KEPT) {
        let count = 0;
        for (;;) {
          const { rows } = await sql<{ row: string }>`
            select to_jsonb(t)::text as row from ${sql.table(table)} t
            order by ${sql.ref(table === "settings" ? "name" : "id")}
            limit ${PAGE} offset ${count}`.execute(tx);
          count += rows.length;
          lines.push(...rows.map(({ row }) => `{"${table}":${row}}`));
          if (rows.length < PAGE) break;
        }
        counts[table] = count;
      }
    },
  );
  const text = new Blob([`${lines.join("\n")}\n`]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  await writeFileAtomically(
    path,
    new Uint8Array(await new Response(text).arrayBuffer()),
    { mode: 0o600 },
  );
  return counts;
}

/**
 * Fills an empty, migrated database from a backup. Jobs that were running
 * return to the queue; all or nothing is restored.
 *
 * @throws {InputError} if the file is no backup, is of a later schema, or the
 *   database has users already
 */
export async function restore(
  database: Database,
  path: string,
): Promise<RowCounts> {
  await checkMigrated(database);
  const [head = "", ...lines] = (await backupText(path)).trimEnd().split("\n");
  const migrations = migrationsIn(head);
  const { applied } = await migrationState(database);
  const unknown = migrations?.filter((name) => !applied.includes(name));
  if (migrations === undefined || unknown === undefined) {
    throw new InputError(
      `Cannot restore "${path}": it must be a file of deno task database ` +
        "backup: it begins otherwise; choose another file",
    );
  }
  if (unknown.length > 0) {
    throw new InputError(
      `Cannot restore "${path}": this program must know its migrations: ` +
        `${unknown.join(", ")} is unknown; use the version that wrote it`,
    );
  }
  const counts: Record<string, number> = {};
  await database.transaction().execute(async (tx) => {
    if (await tx.selectFrom("users").select("id").executeTakeFirst()) {
      throw new InputError(
        `Cannot restore "${path}": the database must be empty: it has users; ` +
          "name a new database",
      );
    }
    const byTable = Map.groupBy(
      lines,
      (line) => line.slice(2, line.indexOf('":')),
    );
    for (const table of KEPT) {
      const rows = byTable.get(table) ?? [];
      counts[table] = rows.length;
      for (const line of rows) {
        const row = JSON.stringify(
          table === "jobs"
            ? queuedAgain(JSON.parse(line)[table])
            : JSON.parse(line)[table],
        );
        await sql`insert into ${sql.table(table)} overriding system value
          select * from jsonb_populate_record(null::${
          sql.table(table)
        }, ${row}::jsonb)`
          .execute(tx);
      }
    }
    for (const [name, text] of Object.entries(ROW_MIGRATIONS)) {
      if (!migrations.includes(name)) await sql.raw(text).execute(tx);
    }
    await sql`select setval(pg_get_serial_sequence('cost_log', 'id'),
      (select coalesce(max(id), 0) + 1 from cost_log), false)`.execute(tx);
  });
  return counts;
}

/** No worker of the old database finishes a job of the new one. */
function queuedAgain(job: Record<string, unknown>): Record<string, unknown> {
  return job.status === "running"
    ? { ...job, status: "queued", worker: null, heartbeat_at: null }
    : job;
}

function migrationsIn(head: string): readonly string[] | undefined {
  try {
    const { format, migrations } = JSON.parse(head);
    return format === BACKUP_FORMAT ? migrations : undefined;
  } catch {
    return undefined;
  }
}

async function backupText(path: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    return await new Response(
      file.readable.pipeThrough(new DecompressionStream("gzip")),
    ).text();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new InputError(
        `Cannot restore "${path}": the file must exist: there is none; check the path`,
      );
    }
    throw new InputError(
      `Cannot restore "${path}": it must be gzipped text: ` +
        `${
          error instanceof Error ? error.message : error
        }; choose another file`,
    );
  }
}
