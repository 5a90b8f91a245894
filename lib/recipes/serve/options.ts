import * as z from "zod";
// The front door would load TensorFlow.js.
import { SHIPPED } from "../../pipeline/shipped.ts";
import {
  deviceFlag,
  numberFlag,
  textFlag,
  wholeNumber,
} from "../command_line/mod.ts";

/** Flags of everything that uses the database. */
export const databaseFlag = textFlag().default("runs/service/database")
  .describe(
    "folder of an embedded database, or postgres://USER:PASSWORD@HOST/NAME",
  );

/** Flags that API and workers share. */
export const commonFlags = z.strictObject({
  database: databaseFlag,
  models: textFlag().default(SHIPPED).describe(
    "folders of trained models, separated by commas; stand-in draws noise at once",
  ),
  videos: textFlag().default("runs/service/videos").describe(
    "folder of the videos, or s3://BUCKET/PREFIX with AWS_ variables",
  ),
  keepDays: numberFlag({ least: 0 }).default(30).describe(
    "days that videos are kept; 0 for ever",
  ),
  price: numberFlag({ least: 0 }).default(1000).describe(
    "price of 1e12 floating-point operations, millionths of your currency",
  ),
  device: deviceFlag,
  vaeMemory: numberFlag({ least: 0 }).default(1024).describe(
    "memory above which the VAE decodes in overlapping tiles, MiB",
  ),
  contentFilter: z.enum(["off", "flag", "refuse"], {
    error: "must be off, flag or refuse",
  }).default("off").describe("what happens to videos that nsfwjs flags"),
  standInMs: numberFlag({ least: 0 }).default(20).describe(
    "milliseconds of a step of stand-in",
  ),
  metricsHost: textFlag().default("127.0.0.1").describe(
    "address for Prometheus, which needs no key there",
  ),
  metricsPort: wholeNumber(0, 65535).default(0).describe(
    "port for Prometheus; 0 for none",
  ),
  log: z.enum(["info", "warn"], { error: "must be info or warn" })
    .default("info").describe("which lines of the log are written"),
});

/** The flags of `deno task serve`. */
export const serveFlags = commonFlags.extend({
  host: textFlag().default("127.0.0.1").describe("address to listen at"),
  port: wholeNumber(0, 65535).default(8750)
    .describe("port to listen at"),
  workers: wholeNumber(0).default(1).describe(
    "workers to start: at most one with an embedded database",
  ),
  runs: textFlag().default("runs").describe("folder of trainings to show"),
  logPrompts: z.boolean().default(false).describe("write prompts to the log"),
  privateWebhooks: z.boolean().default(false).describe(
    "let webhooks go to http and to private networks",
  ),
});

/** The same, checked. */
export type ServeFlags = z.infer<typeof serveFlags>;
export type CommonFlags = z.infer<typeof commonFlags>;
