import * as z from "zod";
import { textFlag, wholeNumber } from "../command_line/mod.ts";
import { databaseFlag } from "../serve/options.ts";

/** Words after `deno task keys`, with what they do. */
export const KEY_COMMANDS = {
  list: "list: keys of all users, or of --user",
  users: "users: users with their limits",
  user: "user NAME: make a user, or change the limits of one",
  create: "create NAME: make a key of --user and show it once",
  rotate: "rotate ID: make a key in the place of another",
  revoke: "revoke ID: end a key now",
} as const;

/** The flags of `deno task keys`. */
export const keysFlags = z.strictObject({
  command: z.array(z.string()).describe(Object.values(KEY_COMMANDS).join("; ")),
  database: databaseFlag,
  user: textFlag().optional().describe("name or id of a user"),
  scopes: textFlag().default("read,write").describe(
    "what a new key may do: read, write, keys, operator",
  ),
  days: wholeNumber(1).optional().describe(
    "days until a new key expires; never",
  ),
  grace: wholeNumber(0).default(0).describe(
    "seconds that a rotated key stays valid",
  ),
  concurrency: wholeNumber(1).optional().describe("jobs of the user at once"),
  unfinished: wholeNumber(0).optional().describe(
    "jobs of the user that wait or run",
  ),
  priority: wholeNumber(0, 9).optional()
    .describe("highest priority that the user may ask for"),
  monthly: wholeNumber(0).optional().describe(
    "cost of the user a month, millionths",
  ),
  perSecond: wholeNumber(1).optional().describe(
    "requests of the user a second",
  ),
  burst: wholeNumber(1).optional().describe("requests of the user at once"),
});

/** The same, checked. */
export type KeysFlags = z.infer<typeof keysFlags>;
