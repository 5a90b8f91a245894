/**
 * What came out of a run, on one page that can be sent to anybody.
 *
 * @module
 */
export type { Curve, Series } from "./curves.ts";
export type { Medium } from "./media.ts";
export * from "./report.ts";
export type { Table } from "./tables.ts";
export type { Verdict } from "./verdicts.ts";
