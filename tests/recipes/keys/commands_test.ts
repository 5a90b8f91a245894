import assert from "node:assert/strict";
import { InputError } from "lib/core/mod.ts";
import { commandOf, runCommand } from "lib/recipes/keys/commands.ts";
import { keysFlags } from "lib/recipes/keys/options.ts";
import { authenticate, type Database } from "lib/service/mod.ts";
import { emptyDatabase } from "../../service/_service.ts";

/** Runs `deno task keys` with words and flags, and gives what it prints. */
async function run(
  database: Database,
  words: string,
  flags: Record<string, string> = {},
): Promise<string[]> {
  const lines: string[] = [];
  const options = keysFlags.parse({ command: words.split(" "), ...flags });
  await runCommand(database, commandOf(options), options, {
    print: (text) => lines.push(text),
    log: () => {},
  });
  return lines;
}

Deno.test("a user is made, limited, given a key, and the key is rotated and revoked", async () => {
  const database = await emptyDatabase();
  await run(database, "user Carla");
  const [user] = await run(database, "user Carla", {
    concurrency: "4",
    monthly: "500",
  });
  assert.match(user!, /^usr_\w+ Carla: 4 jobs at once, .*, 500 micros a month/);
  assert.equal((await run(database, "users")).length, 1);
  const [key] = await run(database, "create laptop", {
    scopes: "read",
    days: "3",
  });
  const identity = await authenticate(database, key!);
  assert.ok(typeof identity !== "string");
  assert.deepEqual(identity.scopes, ["read"]);
  const [next] = await run(database, `rotate ${identity.keyId}`);
  assert.equal(await authenticate(database, key!), "expired");
  const other = await authenticate(database, next!);
  assert.ok(typeof other !== "string");
  await run(database, `revoke ${other.keyId}`);
  assert.equal(await authenticate(database, next!), "revoked");
  const listed = await run(database, "list", { user: "Carla" });
  assert.equal(listed.length, 2);
  assert.ok(!listed.join().includes(key!) && !listed.join().includes(next!));
  assert.match(listed[1]!, /Carla\/laptop read revoked /);
});

Deno.test("words, users and keys that do not exist are named", async () => {
  const database = await emptyDatabase();
  const cases: readonly [string, Record<string, string>, RegExp][] = [
    ["steal", {}, /must be one of list: .*current value is "steal"/],
    ["create", {}, /a name for the key must follow/],
    ["create a", {}, /Cannot choose a user: there is none/],
    ["create a", { user: "Dora" }, /--user: must be the name or id .*"Dora"/],
    ["revoke 0123456789ab", {}, /Cannot find key "0123456789ab"/],
  ];
  for (const [words, flags, message] of cases) {
    await assert.rejects(
      () => run(database, words, flags),
      (error: Error) =>
        error instanceof InputError && message.test(error.message),
    );
  }
  await run(database, "user Eve");
  await assert.rejects(
    () => run(database, "create a", { scopes: "all" }),
    /has "all"/,
  );
});
