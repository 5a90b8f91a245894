import { sql } from "kysely";
import {
  assertReplaceable,
  assertWritableFile,
  InputError,
} from "../../core/mod.ts";
import {
  backUp,
  checkMigrated,
  type Database,
  migrate,
  migrationState,
  openDatabase,
  restore,
  type RowCounts,
} from "../../service/database/mod.ts";
import { print, runProgram } from "../command_line/mod.ts";
import {
  DATABASE_COMMANDS,
  type DatabaseFlags,
  databaseFlags,
} from "./options.ts";

/** `deno task database`: the database of a service, for the operator. */
async function runDatabase(flags: DatabaseFlags): Promise<number> {
  const [command = "", file, ...more] = flags.command;
  const takesFile = command === "backup" || command === "restore";
  if (
    !Object.hasOwn(DATABASE_COMMANDS, command) || more.length > 0 ||
    takesFile !== (file !== undefined)
  ) {
    throw new InputError(
      `Cannot read the command: it must be one of ${
        Object.values(DATABASE_COMMANDS).join("; ")
      }: current value is "${flags.command.join(" ")}"`,
    );
  }
  if (command === "backup") {
    await assertReplaceable([file!], flags.overwrite, "backup FILE");
    await assertWritableFile(file!, "backup FILE");
  }
  await using opened = await openDatabase(flags.database, {
    create: command === "migrate" || command === "restore",
  });
  const { database } = opened;
  switch (command as keyof typeof DATABASE_COMMANDS) {
    case "check":
      return await check(database);
    case "migrate": {
      const applied = await migrate(database);
      print(
        applied.length === 0 ? "nothing to do" : `ran ${applied.join(", ")}`,
      );
      return 0;
    }
    case "backup":
      print(`wrote ${countsText(await backUp(database, file!))} to ${file}`);
      return 0;
    case "restore":
      await migrate(database);
      print(`restored ${countsText(await restore(database, file!))}`);
      return 0;
  }
}

function countsText(counts: RowCounts): string {
  return Object.entries(counts).map(([table, count]) => `${count} ${table}`)
    .join(", ");
}

/** @returns the exit code: 1 if something is wrong */
async function check(database: Database): Promise<number> {
  const { applied, pending } = await migrationState(database);
  print(`migrations: ${applied.length} applied, ${pending.length} missing`);
  if (pending.length > 0) {
    await checkMigrated(database);
  }
  const statuses = await database.selectFrom("jobs")
    .select(["status", sql<number>`count(*)::int`.as("count")])
    .groupBy("status").orderBy("status").execute();
  print(
    `jobs: ${
      statuses.map(({ status, count }) => `${count} ${status}`).join(", ") ||
      "none"
    }`,
  );
  const { unpaid } = await database.selectFrom("jobs")
    .leftJoin("cost_log", "cost_log.job", "jobs.id")
    .select(sql<number>`count(*)::int`.as("unpaid"))
    .where("jobs.status", "in", ["succeeded", "failed"])
    .where("cost_log.id", "is", null).executeTakeFirstOrThrow();
  print(`jobs that ended without a cost: ${unpaid}`);
  return unpaid === 0 ? 0 : 1;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task database",
    purpose:
      "Checks, migrates, backs up or restores the database of a service.",
    flags: databaseFlags,
    run: runDatabase,
  });
}
