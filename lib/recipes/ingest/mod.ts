/**
 * Folders of real video, ready to train on.
 *
 * @module
 */
export {
  ingest,
  type IngestContext,
  type Ingested,
  MANIFEST,
} from "./ingest.ts";
export { ingestFlags, type IngestOptions } from "./options.ts";
