/**
 * The report of a run as one self-contained HTML page.
 *
 * @module
 */
export type { Curve, Series } from "./curves.ts";
export type { Medium } from "./media.ts";
export * from "./memory_bar.ts";
export * from "./report.ts";
export type { Table, Verdict } from "./tables.ts";
