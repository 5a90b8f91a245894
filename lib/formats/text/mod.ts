/**
 * Text files that people write: their encoding, and JSON with errors that name
 * the place.
 *
 * @module
 */
export { decodeText, encodingFault } from "./decode.ts";
export { jsonFault, parseJson } from "./json.ts";
export { readText } from "./read.ts";
