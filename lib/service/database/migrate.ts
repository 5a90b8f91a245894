import { Migrator } from "kysely/migration";
import { InputError, pause } from "../../core/mod.ts";
import type { Log } from "../log.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { Database } from "./schema.ts";

/** Which migrations a database has. */
export interface MigrationState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

/**
 * Brings a database to the present schema. Several processes may call it at
 * once: one migrates, the others wait for its lock and find nothing to do.
 *
 * @returns the names of the migrations that ran.
 * @throws the error of the migration that failed; all of them are undone, since
 *   they run in one transaction
 */
export async function migrate(database: Database): Promise<string[]> {
  const { error, results = [] } = await migratorOf(database).migrateToLatest();
  if (error !== undefined) throw error;
  return results.map(({ migrationName }) => migrationName);
}

/** Reads which migrations a database has, and changes nothing. */
export async function migrationState(
  database: Database,
): Promise<MigrationState> {
  const all = await migratorOf(database).getMigrations();
  const names = (applied: boolean): string[] =>
    all.filter(({ executedAt }) => (executedAt !== undefined) === applied)
      .map(({ name }) => name);
  return { applied: names(true), pending: names(false) };
}

/** @throws {InputError} if the database has not the present schema */
export async function checkMigrated(database: Database): Promise<void> {
  const { pending } = await migrationState(database);
  if (pending.length === 0) return;
  throw new InputError(
    `Cannot use the database: it must have all migrations: ` +
      `${pending.join(", ")} ${pending.length === 1 ? "is" : "are"} missing; ` +
      "run deno task database migrate",
  );
}

/** Milliseconds between two looks at a schema that is not there yet. */
const LOOK_EVERY = 1000;

/**
 * Waits until a database has the present schema, such as one whose API starts
 * at the same time.
 *
 * @param signal Ends the waiting.
 */
export async function untilMigrated(
  database: Database,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  for (let told = false; !signal.aborted; told = true) {
    const { pending } = await migrationState(database);
    if (pending.length === 0) return;
    if (!told) {
      log.warn(
        "waiting for migrations: an API or deno task database migrate runs them",
        {
          pending: pending.join(","),
        },
      );
    }
    await pause(LOOK_EVERY, signal);
  }
}

function migratorOf(db: Database): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
}
