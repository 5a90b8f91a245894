import { InputError, messageOf } from "../../core/mod.ts";
import { duplicateKeyOf } from "./_duplicate_key.ts";
import { parseHeaderJson } from "./_header_json.ts";

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

/** Whether a value is a dtype of the format. */
export function isSafetensorsDType(name: unknown): name is SafetensorsDType {
  return typeof name === "string" && Object.hasOwn(BITS_PER_ELEMENT, name);
}

/** A tensor in the header. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the data section. */
  readonly begin: number;
  /** Byte after the last one, counted likewise. */
  readonly end: number;
}

/** The header of a file: all but the data. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the data. They cover the data section without a gap. */
  readonly entries: readonly SafetensorsEntry[];
}

/** The name in a header that holds texts in place of a tensor. */
export const METADATA_KEY = "__metadata__";

/** Characters of a name that a message shows. */
const SHOWN = 100;

/** The error for a file that breaks a rule of the format. */
export function damaged(file: string, rule: string, value: string): InputError {
  return new InputError(
    `Cannot read "${file}": ${rule}: ${value}; export or download the file again`,
  );
}

/** Quotes a name from a file, which may be long or hold control characters. */
export function quoted(name: string): string {
  const shown = name.length > SHOWN ? `${name.slice(0, SHOWN)}...` : name;
  return JSON.stringify(shown);
}

/**
 * Reads the JSON of a safetensors header and checks it against every rule of
 * the format (`README.md` of huggingface/safetensors, section "Format").
 *
 * @param json The header without its length, padding allowed.
 * @param file Name of the file, for messages.
 * @param dataBytes Bytes after the header; not compared where left out.
 *
 * @throws {InputError} if the JSON is invalid, a name occurs twice, metadata is
 *   not text, a dtype is unknown, a shape or an offset is no whole number, the
 *   bytes do not fit dtype and shape, or tensors overlap or leave holes
 */
export function parseSafetensorsHeader(
  json: string,
  file: string,
  dataBytes?: number,
): SafetensorsHeader {
  if (!json.startsWith("{")) {
    throw damaged(
      file,
      'the header must start with "{"',
      `it starts with ${quoted(json.slice(0, 1))}`,
    );
  }
  let parsed: Record<string, unknown>;
  try {
    parsed = parseHeaderJson(json) as Record<string, unknown>;
  } catch (error) {
    throw damaged(file, "the header must be JSON", messageOf(error));
  }
  const duplicate = duplicateKeyOf(json);
  if (duplicate !== undefined) {
    throw damaged(
      file,
      "names in the header must be unique",
      `${quoted(duplicate)} occurs twice`,
    );
  }
  const metadata = metadataOf(parsed[METADATA_KEY] ?? {}, file);
  const entries = Object.entries(parsed)
    .filter(([name]) => name !== METADATA_KEY)
    .map(([name, value]) => entryOf(name, value, file))
    // JSON objects have no order: only the offsets give one.
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(entries, file, dataBytes);
  return { metadata, entries };
}

function metadataOf(value: unknown, file: string): Record<string, string> {
  if (!isRecord(value)) {
    throw damaged(file, "metadata must be a record", textOf(value));
  }
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw damaged(
        file,
        "each value of the metadata must be a text",
        `value of ${quoted(key)} is ${textOf(text)}`,
      );
    }
  }
  return value as Record<string, string>;
}

function entryOf(name: string, value: unknown, file: string): SafetensorsEntry {
  const tensor = `tensor ${quoted(name)}`;
  if (!isRecord(value)) {
    throw damaged(file, `${tensor} must be a record`, textOf(value));
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isSafetensorsDType(dtype)) {
    throw damaged(
      file,
      `dtype of ${tensor} must be one of ${
        Object.keys(BITS_PER_ELEMENT).join(", ")
      }`,
      textOf(dtype),
    );
  }
  if (!isListOfCounts(shape)) {
    throw damaged(
      file,
      `shape of ${tensor} must be a list of whole numbers from 0`,
      textOf(shape),
    );
  }
  if (!isListOfCounts(offsets) || offsets.length !== 2) {
    throw damaged(
      file,
      `data_offsets of ${tensor} must be two whole numbers from 0`,
      textOf(offsets),
    );
  }
  const [begin, end] = offsets as [number, number];
  const bits = shape.reduce((a, b) => a * b, BITS_PER_ELEMENT[dtype]);
  if (!Number.isSafeInteger(bits)) {
    throw damaged(
      file,
      `size of ${tensor} must be below 2^53 bits`,
      `its shape is ${textOf(shape)}`,
    );
  }
  if (end - begin !== bits / 8) {
    throw damaged(
      file,
      `${tensor} of dtype ${dtype} and shape ${textOf(shape)} must take ${
        bits / 8
      } bytes`,
      `its data_offsets ${textOf(offsets)} give ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** Checks that the tensors, sorted by offset, fill the data section exactly. */
function checkCover(
  entries: readonly SafetensorsEntry[],
  file: string,
  dataBytes: number | undefined,
): void {
  let expected = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== expected) {
      throw damaged(
        file,
        `tensor ${quoted(name)} must begin at byte ${expected} of the data, ` +
          "where the one before it ends",
        `it begins at byte ${begin}, so the two ${
          begin < expected ? "overlap" : "leave a hole"
        }`,
      );
    }
    expected = end;
  }
  if (dataBytes !== undefined && dataBytes !== expected) {
    throw damaged(
      file,
      `the header describes ${expected} bytes of data, and the file must hold as many`,
      `it holds ${dataBytes}`,
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfCounts(value: unknown): value is number[] {
  return Array.isArray(value) &&
    value.every((x) => Number.isSafeInteger(x) && x >= 0);
}

/** Prints any JSON value on one short line. */
function textOf(value: unknown): string {
  const text = JSON.stringify(value) ?? "it is missing";
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}
