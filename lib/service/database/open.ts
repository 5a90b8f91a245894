import { Kysely, PGliteDialect, PostgresDialect, sql } from "kysely";
import { exists, InputError, lockFolder, thisProcess } from "../../core/mod.ts";
import type { Database, Tables } from "./schema.ts";

/** A database and what must be closed with it. */
export interface OpenDatabase extends AsyncDisposable {
  readonly database: Database;
  /** `embedded` is PGlite in this process, `server` PostgreSQL. */
  readonly kind: "embedded" | "server";
}

/** How to open a database. */
export interface DatabaseOptions {
  /** Connections to a server at most. */
  readonly connections?: number;
  /** Receives the errors of idle connections, such as a restart of the server. */
  readonly onError?: (error: Error) => void;
  /** Whether to make an embedded database where there is none; default true. */
  readonly create?: boolean;
  /** The content of an embedded database in memory, made by `dumpDataDir`. */
  readonly snapshot?: Blob;
}

/** The word for an embedded database that no file keeps. */
export const IN_MEMORY = "memory:";

/** Whether the place of a database is a PostgreSQL server. */
export function isServerUrl(place: string): boolean {
  return /^postgres(ql)?:\/\//.test(place);
}

/**
 * Opens a database; {@link migrate} gives it its tables.
 *
 * @param place `postgres://USER:PASSWORD@HOST:PORT/NAME`, a folder for an
 *   embedded one, or {@link IN_MEMORY}.
 *
 * @throws {InputError} if the server cannot be reached, another process has the
 *   folder, or there is none and none may be made
 */
export async function openDatabase(
  place: string,
  options: DatabaseOptions = {},
): Promise<OpenDatabase> {
  return isServerUrl(place)
    ? await openServer(place, options)
    : await openEmbedded(place, options);
}

async function openServer(
  connectionString: string,
  { connections = 10, onError }: DatabaseOptions,
): Promise<OpenDatabase> {
  const { default: pg } = await import("pg");
  // bigint and count(*) as numbers, as PGlite gives them.
  pg.types.setTypeParser(20, Number);
  const pool = new pg.Pool({
    connectionString,
    max: connections,
    connectionTimeoutMillis: 5000,
    // A server that vanished without a word must not hold a query for ever.
    query_timeout: 30_000,
    keepAlive: true,
  });
  // Without a listener the end of an idle connection ends the process.
  pool.on("error", (error) => onError?.(error));
  // The same of one that is lent, between the queries of a transaction; the
  // query that follows fails, and is told.
  pool.on("connect", (client) => client.on("error", () => {}));
  const database = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
  });
  try {
    await sql`select 1`.execute(database);
  } catch (error) {
    await database.destroy();
    const { host, pathname } = new URL(connectionString);
    throw new InputError(
      `Cannot open the database "${
        pathname.slice(1)
      }": the PostgreSQL server ` +
        `at ${host} must answer: ${reasonOf(error)}; check the address, the ` +
        "password and that it runs",
    );
  }
  return {
    database,
    kind: "server",
    [Symbol.asyncDispose]: () => database.destroy(),
  };
}

/** Several addresses that refuse are one error without a message of its own. */
function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}

async function openEmbedded(
  folder: string,
  { snapshot, create = true }: DatabaseOptions,
): Promise<OpenDatabase> {
  const inMemory = folder === IN_MEMORY;
  if (!create && !await exists(`${folder}/data`)) {
    throw new InputError(
      `Cannot open the database "${folder}": it must be there: there is none; ` +
        "check --database, or make one with deno task database migrate",
    );
  }
  // Two processes on one folder would lose rows without an error.
  const lock = inMemory ? undefined : await lockFor(folder);
  try {
    const { PGlite } = await import("@electric-sql/pglite");
    const pglite = await PGlite.create({
      dataDir: inMemory ? undefined : `${folder}/data`,
      loadDataDir: snapshot,
      relaxedDurability: false,
      // The default takes 128 MB, of which such a small database uses little.
      startParams: [
        ...PGlite.defaultStartParams,
        "-c",
        "shared_buffers=16MB",
      ],
    });
    const database = new Kysely<Tables>({
      dialect: new PGliteDialect({ pglite }),
    });
    return {
      database,
      kind: "embedded",
      async [Symbol.asyncDispose]() {
        await database.destroy();
        lock?.[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw error;
  }
}

async function lockFor(folder: string): Promise<Disposable> {
  await Deno.mkdir(folder, { recursive: true });
  return lockFolder(folder, thisProcess(new Date()));
}
