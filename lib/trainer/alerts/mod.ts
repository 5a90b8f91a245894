/**
 * Telling somebody what happened to a run: e-mail and webhooks.
 *
 * @module
 */
export * from "./alert.ts";
export * from "./config.ts";
export * from "./email.ts";
export * from "./webhook.ts";
