/**
 * How much a user may ask for: requests a second, cost a month.
 *
 * @module
 */
export * from "./quota.ts";
export * from "./rate.ts";
