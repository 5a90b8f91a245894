import { createHmac, timingSafeEqual } from "node:crypto";
import type { Database } from "../database/mod.ts";
import { type Identity, identityOfKeyId } from "../keys/mod.ts";

/** Seconds that a session lasts. */
export const SESSION_SECONDS = 12 * 3600;

/** The setting that holds the secret of all processes. */
const SECRET = "session_secret";

/** The secret that signs sessions; made by whichever process needs it first. */
export async function sessionSecret(database: Database): Promise<string> {
  const value = crypto.getRandomValues(new Uint8Array(32)).toBase64();
  await database.insertInto("settings").values({ name: SECRET, value })
    .onConflict((conflict) => conflict.column("name").doNothing()).execute();
  const row = await database.selectFrom("settings").select("value")
    .where("name", "=", SECRET).executeTakeFirstOrThrow();
  return row.value;
}

/**
 * A session of a key: the key's id and an end, signed. The key itself is not in
 * it, and a key that is revoked ends its sessions.
 *
 * @param now Seconds since 1970.
 */
export function newSession(secret: string, keyId: string, now: number): string {
  const text = `${keyId}.${now + SESSION_SECONDS}`;
  return `${text}.${signature(secret, text)}`;
}

/** Whose session it is; undefined if it is none, has ended, or its key is not valid. */
export async function sessionIdentity(
  database: Database,
  secret: string,
  session: string,
  now: number,
): Promise<Identity | undefined> {
  const [, text, keyId, end, signed] =
    /^(([0-9a-f]{12})\.(\d{1,12}))\.([\w-]{43})$/.exec(session) ?? [];
  if (text === undefined || Number(end) <= now) return undefined;
  const expected = new TextEncoder().encode(signature(secret, text));
  const given = new TextEncoder().encode(signed!);
  if (!timingSafeEqual(expected, given)) return undefined;
  const identity = await identityOfKeyId(database, keyId!);
  return typeof identity === "string" ? undefined : identity;
}

function signature(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("base64url");
}
