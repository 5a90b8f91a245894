import {
  type DType,
  type NdArray,
  shapeText,
  sizeOf,
  writeFileAtomically,
} from "../../core/mod.ts";
import { METADATA_KEY, type SafetensorsDType } from "./header.ts";

/** The data section begins at a multiple of this many bytes. */
const ALIGNMENT = 8;

/** Largest finite half-precision number; what rounds above it is infinite. */
const MAX_FLOAT16 = 65_504;

/** How tensors are stored. */
export interface SafetensorsOptions {
  /**
   * How float32 arrays are stored, default "float32". "float16" halves the
   * file and rounds to the nearest value, ties to even; int32 and bool arrays
   * stay as they are.
   */
  readonly dtype?: "float32" | "float16";
}

/**
 * Writes a safetensors file as a whole or not at all.
 *
 * @param tensors Names and arrays, in the order in which they are stored.
 * @param metadata Texts for the header.
 *
 * @throws {TypeError} if a name occurs twice or is reserved, or if an array has
 *   more or fewer values than its shape asks for
 * @throws {RangeError} if a finite value is too large for float16
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [name: string, array: NdArray]>,
  metadata: Readonly<Record<string, string>>,
  options: SafetensorsOptions = {},
): Promise<void> {
  await writeFileAtomically(
    path,
    encodeSafetensors(tensors, metadata, options),
  );
}

/**
 * Encodes tensors as the parts of a safetensors file: the header, then one
 * part for each tensor. Parts of arrays that are stored as they are share their
 * memory, so write them out before the arrays change.
 *
 * @throws {TypeError} if a name occurs twice or is reserved, or if an array has
 *   more or fewer values than its shape asks for
 * @throws {RangeError} if a finite value is too large for float16
 */
export function encodeSafetensors(
  tensors: Iterable<readonly [name: string, array: NdArray]>,
  metadata: Readonly<Record<string, string>>,
  { dtype = "float32" }: SafetensorsOptions = {},
): Uint8Array<ArrayBuffer>[] {
  const fields = new Map<string, unknown>([[METADATA_KEY, metadata]]);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [name, array] of tensors) {
    checkTensor(name, array, fields);
    const half = dtype === "float16" && array.dtype === "float32";
    const part = half ? halves(name, array.data) : bytesOf(array.data);
    const end = offset + part.length;
    fields.set(name, {
      dtype: half ? "F16" : STORED_AS[array.dtype],
      shape: array.shape,
      data_offsets: [offset, end],
    });
    parts.push(part);
    offset = end;
  }
  if (Object.keys(metadata).length === 0) fields.delete(METADATA_KEY);
  return [headerBytes(fields), ...parts];
}

const STORED_AS: Readonly<Record<DType, SafetensorsDType>> = {
  float32: "F32",
  int32: "I32",
  bool: "BOOL",
};

function checkTensor(
  name: string,
  { shape, data }: NdArray,
  fields: ReadonlyMap<string, unknown>,
): void {
  if (fields.has(name)) {
    throw new TypeError(
      `Cannot encode tensors: names must be unique and not "${METADATA_KEY}": ` +
        `current name is "${name}"`,
    );
  }
  if (data.length !== sizeOf(shape)) {
    throw new TypeError(
      `Cannot encode tensor "${name}" of shape ${shapeText(shape)}: ` +
        `it needs ${sizeOf(shape)} values: current count is ${data.length}`,
    );
  }
}

/** Rounds to half precision; `Float16Array` rounds to nearest, ties to even. */
function halves(
  name: string,
  values: Float32Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const rounded = new Float16Array(values);
  const overflow = rounded.findIndex((value, i) =>
    Math.abs(value) === Infinity && Number.isFinite(values[i])
  );
  if (overflow !== -1) {
    throw new RangeError(
      `Cannot encode tensor "${name}" as float16: values must lie in ` +
        `[-${MAX_FLOAT16},${MAX_FLOAT16}]: current value at ${overflow} is ` +
        `${values[overflow]}; use dtype "float32"`,
    );
  }
  return bytesOf(rounded);
}

function bytesOf(
  { buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The length of the JSON, 8 bytes little-endian, then the JSON padded with spaces. */
function headerBytes(
  fields: ReadonlyMap<string, unknown>,
): Uint8Array<ArrayBuffer> {
  // Joined by hand: an object would move names like "0" to the front.
  const json = `{${
    [...fields].map(([name, field]) =>
      `${JSON.stringify(name)}:${JSON.stringify(field)}`
    ).join(",")
  }}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}
