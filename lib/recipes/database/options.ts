import * as z from "zod";
import { overwriteFlag } from "../command_line/mod.ts";
import { databaseFlag } from "../serve/options.ts";

/** Words after `deno task database`, with what they do. */
export const DATABASE_COMMANDS = {
  check: "check: schema, jobs and costs of the database",
  migrate: "migrate: bring it to the present schema",
  backup: "backup FILE: write all rows to a file",
  restore: "restore FILE: fill an empty database from a file",
} as const;

/** The flags of `deno task database`. */
export const databaseFlags = z.strictObject({
  command: z.array(z.string()).describe(
    Object.values(DATABASE_COMMANDS).join("; "),
  ),
  database: databaseFlag,
  overwrite: overwriteFlag,
});

/** The same, checked. */
export type DatabaseFlags = z.infer<typeof databaseFlags>;
