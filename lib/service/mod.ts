/**
 * The service: jobs over HTTP, a queue in PostgreSQL, workers that draw.
 *
 * @module
 */
export * from "./database/mod.ts";
export * from "./housekeeping.ts";
export * from "./http/mod.ts";
export * from "./ids.ts";
export * from "./keys/mod.ts";
export * from "./log.ts";
export * from "./metrics/mod.ts";
export * from "./models/mod.ts";
export * from "./server.ts";
export * from "./videos/mod.ts";
export * from "./webhooks/mod.ts";
export * from "./worker/mod.ts";
