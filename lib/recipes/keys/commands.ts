import { InputError } from "../../core/mod.ts";
import type { Database } from "../../service/database/mod.ts";
import {
  createKey,
  createUser,
  keyById,
  revokeKey,
  rotateKey,
  type Scope,
  SCOPE_NAMES,
  type UserRow,
} from "../../service/keys/mod.ts";
import { KEY_COMMANDS, type KeysFlags } from "./options.ts";

/** Where a command writes: results for programs, and lines for people. */
export interface Output {
  print(text: string): void;
  log(line: string): void;
}

/** A command with the word that follows it, if there is one. */
export interface KeyCommand {
  readonly name: keyof typeof KEY_COMMANDS;
  readonly subject?: string;
}

/** @throws {InputError} listing the commands, if the words are none */
export function commandOf({ command: words }: KeysFlags): KeyCommand {
  const [name = "", subject, ...more] = words;
  if (!Object.hasOwn(KEY_COMMANDS, name) || more.length > 0) {
    throw new InputError(
      `Cannot read the command: it must be one of ${
        Object.values(KEY_COMMANDS).join("; ")
      }: current value is "${words.join(" ")}"`,
    );
  }
  return { name: name as KeyCommand["name"], subject };
}

/** Runs a command on users and keys. */
export async function runCommand(
  database: Database,
  { name, subject }: KeyCommand,
  flags: KeysFlags,
  out: Output,
): Promise<void> {
  switch (name) {
    case "list":
      return await list(out, database, flags);
    case "users":
      return await listUsers(out, database);
    case "user":
      return await saveUser(
        out,
        database,
        named(subject, "a user's name"),
        flags,
      );
    case "create":
      return await create(
        out,
        database,
        named(subject, "a name for the key"),
        flags,
      );
    case "rotate":
      return await rotate(
        out,
        database,
        named(subject, "the id of a key"),
        flags.grace,
      );
    case "revoke":
      return await revoke(out, database, named(subject, "the id of a key"));
  }
}

function named(word: string | undefined, what: string): string {
  if (word !== undefined && word !== "") return word;
  throw new InputError(`Cannot read the command: ${what} must follow it`);
}

async function list(
  out: Output,
  database: Database,
  flags: KeysFlags,
): Promise<void> {
  const user = flags.user && (await userOf(database, flags)).id;
  let query = database.selectFrom("api_keys")
    .innerJoin("users", "users.id", "api_keys.owner")
    .select([
      "api_keys.id",
      "api_keys.name",
      "users.name as user",
      "last4",
      "scopes",
      "last_used_at",
      "expires_at",
      "revoked_at",
    ]).orderBy("api_keys.created_at");
  if (user) query = query.where("owner", "=", user);
  for (const key of await query.execute()) {
    const day = (time: Date | null): string =>
      time?.toISOString().slice(0, 10) ?? "never";
    const state = key.revoked_at !== null
      ? `revoked ${day(key.revoked_at)}`
      : `expires ${day(key.expires_at)}`;
    out.print(
      `${key.id} ...${key.last4} ${key.user}/${key.name} ` +
        `${key.scopes.join(",")} ${state}, used ${day(key.last_used_at)}`,
    );
  }
}

async function listUsers(
  out: Output,
  database: Database,
): Promise<void> {
  const users = await database.selectFrom("users").selectAll()
    .orderBy("created_at").execute();
  for (const user of users) out.print(userText(user));
}

function userText(user: UserRow): string {
  const { monthly_micros: monthly } = user;
  return `${user.id} ${user.name}: ${user.concurrency} jobs at once, ` +
    `${user.max_unfinished} unfinished, priority up to ${user.max_priority}, ` +
    `${monthly === null ? "any cost" : `${monthly} micros`} a month, ` +
    `${user.requests_per_second} requests a second, ${user.burst} at once`;
}

async function saveUser(
  out: Output,
  database: Database,
  name: string,
  flags: KeysFlags,
): Promise<void> {
  const known = await userNamed(database, name);
  const { id } = known ?? await createUser(database, name, Date.now());
  const limits = {
    concurrency: flags.concurrency,
    max_unfinished: flags.unfinished,
    max_priority: flags.priority,
    monthly_micros: flags.monthly,
    requests_per_second: flags.perSecond,
    burst: flags.burst,
  };
  if (Object.values(limits).some((limit) => limit !== undefined)) {
    await database.updateTable("users").set(limits).where("id", "=", id)
      .execute();
  }
  out.print(userText((await userNamed(database, id))!));
}

async function create(
  out: Output,
  database: Database,
  name: string,
  flags: KeysFlags,
): Promise<void> {
  const user = await userOf(database, flags);
  const scopes = flags.scopes.split(",").map((scope) => scope.trim());
  const unknown = scopes.find((scope) => !SCOPE_NAMES.includes(scope as Scope));
  if (unknown !== undefined) {
    throw new InputError(
      `Cannot use --scopes: must be among ${SCOPE_NAMES.join(", ")}: ` +
        `current value has "${unknown}"`,
    );
  }
  const made = await createKey(database, {
    owner: user.id,
    name,
    scopes: scopes as Scope[],
    expiresAt: flags.days === undefined
      ? undefined
      : new Date(Date.now() + flags.days * 86_400_000),
  });
  out.log(`key ${made.row.id} of ${user.name}, shown this once:`);
  out.print(made.key);
}

async function rotate(
  out: Output,
  database: Database,
  id: string,
  grace: number,
): Promise<void> {
  const { owner } = await foundKey(database, id);
  const made = await rotateKey(database, owner, id, grace);
  if (made === undefined) {
    throw new InputError(
      `Cannot rotate key ${id}: it must be valid: it is revoked or expired; ` +
        "create another",
    );
  }
  out.log(`key ${made.row.id} in the place of ${id}, shown this once:`);
  out.print(made.key);
}

async function revoke(
  out: Output,
  database: Database,
  id: string,
): Promise<void> {
  const { owner } = await foundKey(database, id);
  await revokeKey(database, owner, id);
  out.log(`key ${id} is revoked`);
}

async function foundKey(
  database: Database,
  id: string,
): Promise<{ readonly owner: string }> {
  const key = await keyById(database, id);
  if (key !== undefined) return key;
  throw new InputError(
    `Cannot find key "${id}": it must be the id of a key: there is none; ` +
      "deno task keys list shows them",
  );
}

async function userOf(
  database: Database,
  { user }: KeysFlags,
): Promise<UserRow> {
  if (user !== undefined) {
    const found = await userNamed(database, user);
    if (found !== undefined) return found;
    throw new InputError(
      `Cannot use --user: must be the name or id of a user: current value ` +
        `is "${user}"; deno task keys users shows them`,
    );
  }
  const users = await database.selectFrom("users").selectAll().limit(2)
    .execute();
  if (users.length === 1) return users[0]!;
  throw new InputError(
    `Cannot choose a user: there ${
      users.length === 0 ? "is none" : "are several"
    }; name one by --user`,
  );
}

function userNamed(
  database: Database,
  name: string,
): Promise<UserRow | undefined> {
  return database.selectFrom("users").selectAll()
    .where((is) => is.or([is("id", "=", name), is("name", "=", name)]))
    .orderBy("created_at").executeTakeFirst();
}
