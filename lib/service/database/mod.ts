/**
 * The tables of the service on PostgreSQL: a server, or PGlite in the process.
 *
 * @module
 */
export * from "./backup.ts";
export * from "./migrate.ts";
export * from "./open.ts";
export * from "./schema.ts";
