/**
 * Alerts about a run, by e-mail and webhook.
 *
 * @module
 */
export * from "./alert.ts";
export * from "./channels.ts";
export * from "./config.ts";
