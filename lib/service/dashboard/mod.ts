/**
 * Pages for people, rendered here and asked for again by htmx.
 *
 * @module
 */
export * from "./routes.ts";
