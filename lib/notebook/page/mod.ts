/**
 * A notebook as a page that can be sent to anybody.
 *
 * @module
 */
export * from "./page.ts";
