/**
 * What models are made of: parameters, shapes and operations, before they are
 * made.
 *
 * @module
 */
export { describe, type Description } from "./describe.ts";
