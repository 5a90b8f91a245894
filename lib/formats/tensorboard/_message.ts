import { concatBytes } from "../../core/mod.ts";

/** Wire types of protocol buffers. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Writes the fields of one protocol buffer message. */
export class Message {
  readonly #parts: Uint8Array[] = [];

  /** A whole number, in [0, 2^53). */
  integer(field: number, value: number): this {
    return this.#add(field, VARINT, varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#add(field, FIXED32, bytes);
  }

  double(field: number, value: number): this {
    return this.#add(field, FIXED64, doubles([value]));
  }

  /** A packed list. */
  doubles(field: number, values: readonly number[]): this {
    return this.bytes(field, doubles(values));
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.encode());
  }

  bytes(field: number, value: Uint8Array): this {
    this.#add(field, BYTES, varint(value.length));
    this.#parts.push(value);
    return this;
  }

  encode(): Uint8Array {
    return concatBytes(this.#parts);
  }

  #add(field: number, type: number, bytes: Uint8Array): this {
    this.#parts.push(varint(field << 3 | type), bytes);
    return this;
  }
}

/** Seven bits in each byte, the lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    bytes.push(rest % 0x80 + 0x80);
  }
  return Uint8Array.from([...bytes, rest]);
}

function doubles(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return bytes;
}
