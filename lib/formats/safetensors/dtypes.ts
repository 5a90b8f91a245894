/**
 * Bits of one element of every dtype of the format (safetensors 0.8, the enum
 * `Dtype` of its Rust crate). Those under 8 bits are packed.
 */
export const BITS_PER_ELEMENT = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
  C64: 64,
} as const;

/** Name of an element type in a safetensors header. */
export type SafetensorsDType = keyof typeof BITS_PER_ELEMENT;

/** Whether a text names a dtype of the format. */
export function isSafetensorsDType(name: unknown): name is SafetensorsDType {
  return typeof name === "string" && Object.hasOwn(BITS_PER_ELEMENT, name);
}
