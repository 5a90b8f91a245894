import { checkMigrated, openDatabase } from "../../service/database/mod.ts";
import { log, print, runProgram } from "../command_line/mod.ts";
import { commandOf, runCommand } from "./commands.ts";
import { type KeysFlags, keysFlags } from "./options.ts";

/** `deno task keys`: users and keys, for the operator. */
async function keys(flags: KeysFlags): Promise<number> {
  const command = commandOf(flags);
  await using opened = await openDatabase(flags.database, { create: false });
  await checkMigrated(opened.database);
  await runCommand(opened.database, command, flags, { log, print });
  return 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task keys",
    purpose: "Lists, makes, rotates and revokes keys and users of a service.",
    flags: keysFlags,
    run: keys,
  });
}
