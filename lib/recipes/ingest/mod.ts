/**
 * Turns folders of real video into a dataset.
 *
 * @module
 */
export { ingest, MANIFEST } from "./ingest.ts";
export { ingestFlags } from "./options.ts";
