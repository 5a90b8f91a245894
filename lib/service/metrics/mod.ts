/**
 * What Prometheus reads; its dashboard and its alerts lie beside this file.
 *
 * @module
 */
export * from "./metrics.ts";
