import { type Selectable, sql } from "kysely";
import type { Database, KeyTable, UserTable } from "../database/mod.ts";
import { hashOf, idOfKey, newKey, sameHash } from "./key.ts";
import type { Scope } from "./scopes.ts";

/** A key as it is kept: without its secret. */
export type KeyRow = Selectable<KeyTable>;

/** A key that was just made. */
export interface MadeKey {
  readonly row: KeyRow;
  /** Shown this once. */
  readonly key: string;
}

/** Who sends a request. */
export interface Identity {
  readonly owner: string;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
  /** Of the user. */
  readonly requestsPerSecond: number;
  readonly burst: number;
  readonly maxPriority: number;
}

/** Why a key is refused. */
export type KeyRefusal = "unknown" | "revoked" | "expired";

/** Makes a key of a user. */
export async function createKey(
  database: Database,
  { owner, name, scopes, expiresAt }: {
    readonly owner: string;
    readonly name: string;
    readonly scopes: readonly Scope[];
    readonly expiresAt?: Date;
  },
): Promise<MadeKey> {
  const { key, ...kept } = await newKey();
  const row = await database.insertInto("api_keys").values({
    ...kept,
    owner,
    name,
    scopes: [...scopes],
    expires_at: expiresAt ?? null,
  }).returningAll().executeTakeFirstOrThrow();
  return { row, key };
}

/** The keys of a user, in the order of their ids, `limit` + 1 at most. */
export function keysOf(
  database: Database,
  owner: string,
  { after, limit, order }: {
    readonly after?: string;
    readonly limit: number;
    readonly order: "asc" | "desc";
  },
): Promise<KeyRow[]> {
  let query = database.selectFrom("api_keys").selectAll()
    .where("owner", "=", owner).orderBy("id", order).limit(limit + 1);
  if (after !== undefined) {
    query = query.where("id", order === "asc" ? ">" : "<", after);
  }
  return query.execute();
}

/** The key of a user with this id. */
export function keyOf(
  database: Database,
  owner: string,
  id: string,
): Promise<KeyRow | undefined> {
  return database.selectFrom("api_keys").selectAll()
    .where("owner", "=", owner).where("id", "=", id).executeTakeFirst();
}

/** Revokes a key of a user from now on; one that is revoked stays as it is. */
export function revokeKey(
  database: Database,
  owner: string,
  id: string,
): Promise<KeyRow | undefined> {
  return database.updateTable("api_keys")
    .set({ revoked_at: sql`coalesce(revoked_at, now())` })
    .where("owner", "=", owner).where("id", "=", id)
    .returningAll().executeTakeFirst();
}

/**
 * Makes a key with the name, scopes and expiry of another one, which expires
 * after some seconds.
 *
 * @returns undefined if the user has no such key that is valid
 */
export function rotateKey(
  database: Database,
  owner: string,
  id: string,
  graceSeconds: number,
): Promise<MadeKey | undefined> {
  return database.transaction().execute(async (tx) => {
    const old = await tx.updateTable("api_keys").set({
      expires_at:
        sql`least(expires_at, now() + ${graceSeconds} * interval '1 second')`,
    }).where("owner", "=", owner).where("id", "=", id)
      .where("revoked_at", "is", null)
      .where((is) =>
        is.or([
          is("expires_at", "is", null),
          is("expires_at", ">", sql<Date>`now()`),
        ])
      )
      .returning(["name", "scopes"])
      .returning(
        sql<
          Date | null
        >`(select k.expires_at from api_keys k where k.id = api_keys.id)`.as(
          "until",
        ),
      )
      .executeTakeFirst();
    return old && await createKey(tx, {
      owner,
      name: old.name,
      scopes: old.scopes as Scope[],
      // The statement's snapshot still has the expiry from before.
      expiresAt: old.until ?? undefined,
    });
  });
}

/** Seconds between two notes of a key's last use. */
const USE_INTERVAL = 60;

/** Finds out who holds a key, outside of the limits of requests. */
export async function authenticate(
  database: Database,
  key: string,
): Promise<Identity | KeyRefusal> {
  const id = idOfKey(key);
  const row = id && await keyWithLimits(database, id);
  if (!row || !sameHash(await hashOf(key), row.hash)) return "unknown";
  return await identityOf(database, row);
}

/**
 * Finds out who holds the key of a request, and takes the request from the
 * allowance of that user, which all processes share: the generic cell rate
 * algorithm. `burst` requests may come at once, then `requestsPerSecond`. A
 * function of the database does both, because each request waits for it.
 *
 * @returns also the seconds to wait, where the allowance is used up
 */
export async function admit(
  database: Database,
  key: string,
): Promise<Identity | KeyRefusal | Wait> {
  const id = idOfKey(key);
  if (id === undefined) return "unknown";
  const hash = await hashOf(key);
  const { rows: [row] } = await sql<LimitedKey & { taken: boolean }>`
    select (a.key).*, a.requests_per_second, a.burst, a.max_priority, a.taken
    from admit(${id}, ${hash}) a`.execute(database);
  if (row === undefined || !sameHash(hash, row.hash)) return "unknown";
  const identity = await identityOf(database, row);
  if (typeof identity === "string" || row.taken) return identity;
  return { identity, wait: await waitOf(database, identity) };
}

/** A request that comes too early. */
export interface Wait {
  readonly identity: Identity;
  /** Seconds, above 0. */
  readonly wait: number;
}

async function waitOf(
  database: Database,
  { owner, requestsPerSecond, burst }: Identity,
): Promise<number> {
  const { rows: [row] } = await sql<{ seconds: number }>`
    select extract(epoch from tat - now())::float8 - ${
    (burst - 1) / requestsPerSecond
  }::float8 as seconds
    from rate where key = ${`user:${owner}`}`.execute(database);
  return Math.max(0.001, row?.seconds ?? 1 / requestsPerSecond);
}

/** The holder of a key that is known by its id alone, such as that of a session. */
export async function identityOfKeyId(
  database: Database,
  id: string,
): Promise<Identity | KeyRefusal> {
  const row = await keyWithLimits(database, id);
  return row === undefined ? "unknown" : await identityOf(database, row);
}

/** The key of anybody with this id: for the operator. */
export function keyById(
  database: Database,
  id: string,
): Promise<KeyRow | undefined> {
  return database.selectFrom("api_keys").selectAll().where("id", "=", id)
    .executeTakeFirst();
}

/** A key with the limits of its user: one query for each request. */
type LimitedKey =
  & KeyRow
  & Pick<
    Selectable<UserTable>,
    "requests_per_second" | "burst" | "max_priority"
  >;

function keyWithLimits(
  database: Database,
  id: string,
): Promise<LimitedKey | undefined> {
  return database.selectFrom("api_keys")
    .innerJoin("users", "users.id", "api_keys.owner")
    .selectAll("api_keys")
    .select(["requests_per_second", "burst", "max_priority"])
    .where("api_keys.id", "=", id).executeTakeFirst();
}

async function identityOf(
  database: Database,
  row: LimitedKey,
): Promise<Identity | KeyRefusal> {
  if (row.revoked_at !== null) return "revoked";
  const now = Date.now();
  if (row.expires_at !== null && row.expires_at.getTime() <= now) {
    return "expired";
  }
  if ((row.last_used_at?.getTime() ?? 0) < now - USE_INTERVAL * 1000) {
    await database.updateTable("api_keys").set({ last_used_at: sql`now()` })
      .where("id", "=", row.id).execute();
  }
  return {
    owner: row.owner,
    keyId: row.id,
    scopes: row.scopes as Scope[],
    requestsPerSecond: row.requests_per_second,
    burst: row.burst,
    maxPriority: row.max_priority,
  };
}
