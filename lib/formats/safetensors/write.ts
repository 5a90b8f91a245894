import {
  BYTES_PER_ELEMENT,
  type DType,
  type NdArray,
  shapeText,
  sizeOf,
  writeFileAtomically,
  writePartsAtomically,
} from "../../core/mod.ts";
import { TensorDigest } from "./digest.ts";
import { withSeal } from "./_seal.ts";
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
    checkName(name, fields);
    checkLength(name, array);
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

function checkName(name: string, fields: ReadonlyMap<string, unknown>): void {
  if (!fields.has(name)) return;
  throw new TypeError(
    `Cannot encode tensors: names must be unique and not "${METADATA_KEY}": ` +
      `current name is "${name}"`,
  );
}

function checkLength(name: string, { shape, data }: NdArray): void {
  if (data.length === sizeOf(shape)) return;
  throw new TypeError(
    `Cannot encode tensor "${name}" of shape ${shapeText(shape)}: ` +
      `it needs ${sizeOf(shape)} values: current count is ${data.length}`,
  );
}

/** A tensor that is read when it is written. */
export interface TensorSource {
  readonly dtype: DType;
  readonly shape: readonly number[];
  read(): NdArray | Promise<NdArray>;
}

/**
 * Writes a safetensors file with checksums (`sealed`) tensor by tensor, as a whole
 * or not at all: no more than one is in memory.
 *
 * @throws {TypeError} if a name occurs twice or is reserved, or a tensor has
 *   another number of values than its shape asks for
 *
 * @example
 * ```ts
 * import { float32 } from "lib/core/mod.ts";
 * import { readSafetensors, streamSafetensors } from "lib/formats/safetensors/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * const bias = float32([2], [1, 2]);
 * const source = { dtype: bias.dtype, shape: bias.shape, read: () => bias };
 * await streamSafetensors(path, [["bias", source]], { step: "7" });
 * const { metadata, tensors } = await readSafetensors(path);
 * assert.deepEqual([metadata.step, tensors.get("bias")], ["7", bias]);
 * ```
 */
export async function streamSafetensors(
  path: string,
  tensors: readonly (readonly [name: string, source: TensorSource])[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const headerWith = (digest: string): Uint8Array<ArrayBuffer> => {
    const fields = new Map<string, unknown>([
      [METADATA_KEY, withSeal({ ...metadata, digest }, tensors)],
    ]);
    let offset = 0;
    for (const [name, { dtype, shape }] of tensors) {
      checkName(name, fields);
      const end = offset + sizeOf(shape) * BYTES_PER_ELEMENT[dtype];
      fields.set(name, {
        dtype: STORED_AS[dtype],
        shape,
        data_offsets: [offset, end],
      });
      offset = end;
    }
    return headerBytes(fields);
  };
  const digest = new TensorDigest();
  await writePartsAtomically(path, async (file) => {
    // The digest is known at the end; all digests are equally long.
    await file.append(headerWith(new TensorDigest().hex()));
    for (const [name, source] of tensors) {
      const array = await source.read();
      checkLength(name, { ...array, shape: source.shape });
      digest.add(name, array);
      await file.append(bytesOf(array.data));
    }
    await file.begin(headerWith(digest.hex()));
  });
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
