/**
 * The models that the service offers.
 *
 * @module
 */
export * from "./catalogue.ts";
