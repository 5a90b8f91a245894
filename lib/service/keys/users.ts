import { type Selectable, sql } from "kysely";
import type { Database, UserTable } from "../database/mod.ts";
import { newId } from "../ids.ts";
import { SCOPE_NAMES } from "./scopes.ts";
import { createKey, type MadeKey } from "./store.ts";

/** A user and the limits of what they may ask for. */
export type UserRow = Selectable<UserTable>;

/** Makes a user. */
export function createUser(
  database: Database,
  name: string,
  now: number,
): Promise<UserRow> {
  return database.insertInto("users").values({
    id: newId("usr", now),
    name,
    webhook_secret: newSecret(),
  }).returningAll().executeTakeFirstOrThrow();
}

/**
 * Makes the first user, with a key for everything, in a database without users.
 *
 * @returns undefined if there is a user already
 */
export function firstUser(
  database: Database,
  now: number,
): Promise<MadeKey | undefined> {
  return database.transaction().execute(async (tx) => {
    // Two processes that start at once must not both make one.
    await sql`lock table users in share row exclusive mode`.execute(tx);
    if (await tx.selectFrom("users").select("id").executeTakeFirst()) {
      return undefined;
    }
    const { id } = await createUser(tx, "first", now);
    return await createKey(tx, {
      owner: id,
      name: "first",
      scopes: SCOPE_NAMES,
    });
  });
}

/** A new secret for webhooks; the one before stays valid for a day. */
export async function renewWebhookSecret(
  database: Database,
  owner: string,
): Promise<string> {
  const secret = newSecret();
  await database.updateTable("users").set({
    old_webhook_secret: sql`webhook_secret`,
    old_secret_until: sql`now() + interval '1 day'`,
    webhook_secret: secret,
  }).where("id", "=", owner).execute();
  return secret;
}

/** As Standard Webhooks has them. */
function newSecret(): string {
  return `whsec_${crypto.getRandomValues(new Uint8Array(24)).toBase64()}`;
}
