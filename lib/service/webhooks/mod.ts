/**
 * Webhooks: signed messages about jobs that have ended.
 *
 * @module
 */
export * from "./address.ts";
export * from "./courier.ts";
export * from "./deliver.ts";
export * from "./send.ts";
