/**
 * Tensors in files that other frameworks read too: the safetensors format of
 * Hugging Face, an 8-byte length, a JSON header, and the data.
 *
 * @module
 */
export * from "./digest.ts";
export * from "./fetch.ts";
export * from "./finite.ts";
export * from "./form.ts";
export {
  BITS_PER_ELEMENT,
  isSafetensorsDType,
  parseSafetensorsHeader,
  type SafetensorsDType,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from "./header.ts";
export * from "./read.ts";
export * from "./seal.ts";
export * from "./write.ts";
