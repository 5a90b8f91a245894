import { InputError } from "../../core/mod.ts";
import {
  checkMigrated,
  type Database,
  openDatabase,
} from "../../service/database/mod.ts";
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
import { log, print, runProgram } from "../command_line/mod.ts";
import { KEY_COMMANDS, type KeysFlags, keysFlags } from "./options.ts";

/** `deno task keys`: users and keys, for the operator. */
async function keys(flags: KeysFlags): Promise<number> {
  const [command = "", subject, ...more] = flags.command;
  if (!Object.hasOwn(KEY_COMMANDS, command) || more.length > 0) {
    throw new InputError(
      `Cannot read the command: it must be one of ${
        Object.values(KEY_COMMANDS).join("; ")
      }: current value is "${flags.command.join(" ")}"`,
    );
  }
  await using opened = await openDatabase(flags.database);
  const { database } = opened;
  await checkMigrated(database);
  switch (command as keyof typeof KEY_COMMANDS) {
    case "list":
      await list(database, flags);
      break;
    case "users":
      await listUsers(database);
      break;
    case "user":
      await saveUser(database, named(subject, "a user's name"), flags);
      break;
    case "create":
      await create(database, named(subject, "a name for the key"), flags);
      break;
    case "rotate":
      await rotate(database, named(subject, "the id of a key"), flags.grace);
      break;
    case "revoke":
      await revoke(database, named(subject, "the id of a key"));
      break;
  }
  return 0;
}

function named(word: string | undefined, what: string): string {
  if (word !== undefined && word !== "") return word;
  throw new InputError(`Cannot read the command: ${what} must follow it`);
}

async function list(database: Database, flags: KeysFlags): Promise<void> {
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
    print(
      `${key.id} ...${key.last4} ${key.user}/${key.name} ` +
        `${key.scopes.join(",")} ${state}, used ${day(key.last_used_at)}`,
    );
  }
}

async function listUsers(database: Database): Promise<void> {
  const users = await database.selectFrom("users").selectAll()
    .orderBy("created_at").execute();
  for (const user of users) print(userText(user));
}

function userText(user: UserRow): string {
  const { monthly_micros: monthly } = user;
  return `${user.id} ${user.name}: ${user.concurrency} jobs at once, ` +
    `${user.max_unfinished} unfinished, priority up to ${user.max_priority}, ` +
    `${monthly === null ? "any cost" : `${monthly} micros`} a month, ` +
    `${user.requests_per_second} requests a second, ${user.burst} at once`;
}

async function saveUser(
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
  print(userText((await userNamed(database, id))!));
}

async function create(
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
  log(`key ${made.row.id} of ${user.name}, shown this once:`);
  print(made.key);
}

async function rotate(
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
  log(`key ${made.row.id} in the place of ${id}, shown this once:`);
  print(made.key);
}

async function revoke(database: Database, id: string): Promise<void> {
  const { owner } = await foundKey(database, id);
  await revokeKey(database, owner, id);
  log(`key ${id} is revoked`);
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

if (import.meta.main) {
  await runProgram({
    usage: "deno task keys",
    purpose: "Lists, makes, rotates and revokes keys and users of a service.",
    flags: keysFlags,
    run: keys,
  });
}
