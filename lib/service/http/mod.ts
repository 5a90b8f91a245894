/**
 * The API of the service over HTTP.
 *
 * @module
 */
export * from "./app.ts";
export * from "./context.ts";
export * from "./job_watch.ts";
