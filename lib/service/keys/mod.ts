/**
 * Users, what they have used, and the keys by which requests name them.
 *
 * @module
 */
export * from "./key.ts";
export * from "./scopes.ts";
export * from "./store.ts";
export * from "./usage.ts";
export * from "./users.ts";
