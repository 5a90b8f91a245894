import { InputError } from "../../core/mod.ts";
import { damaged } from "./_archive.ts";

/** The name of a callable in a pickle, from an allow-list. */
export interface Global {
  readonly global: string;
}

/** The values of a pickle. Tuples are arrays, dictionaries are maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Global
  | object
  | PickleValue[]
  | Map<PickleValue, PickleValue>;

/** The meanings of the names in a pickle. */
export interface PickleMeanings {
  /**
   * The value of a call. Nothing of the pickle is ever executed: this is a table
   * of names that mean plain data.
   *
   * @returns undefined if the name is not in the table.
   */
  call(name: string, args: PickleValue[]): PickleValue | undefined;
  /** Whether a name may occur. */
  allows(name: string): boolean;
  /** The value of a reference to data outside the pickle. */
  persistent(id: PickleValue): PickleValue;
}

/** Marks where the items of a list begin on the stack. */
const MARK = Symbol("mark");

/**
 * Reads one pickle, protocol 2 to 5, as data: only the opcodes of containers,
 * numbers and texts; calls and names by an allow-list (Python's `pickletools`
 * documents each opcode).
 *
 * @returns the value and where the pickle ends.
 * @throws {InputError} if it uses another name or opcode, or is damaged
 */
export function readPickle(
  bytes: Uint8Array,
  path: string,
  meanings: PickleMeanings,
  begin = 0,
): { readonly value: PickleValue; readonly end: number } {
  return new Unpickler(bytes, path, meanings, begin).run();
}

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #path: string;
  readonly #meanings: PickleMeanings;
  #at: number;
  #stack: (PickleValue | typeof MARK)[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(
    bytes: Uint8Array,
    path: string,
    meanings: PickleMeanings,
    begin: number,
  ) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#path = path;
    this.#meanings = meanings;
    this.#at = begin;
  }

  run(): { value: PickleValue; end: number } {
    for (;;) {
      const opcode = this.#take(1)[0]!;
      if (opcode === 0x2e) return { value: this.#pop(), end: this.#at };
      this.#step(opcode);
    }
  }

  #step(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        return this.#checkProtocol(this.#uint(1));
      case 0x95: // FRAME
        this.#take(8);
        return;
      case 0x28: // MARK
        this.#stack.push(MARK);
        return;
      case 0x30: // POP
        this.#pop();
        return;
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4b: // BININT1
        return this.#push(this.#uint(1));
      case 0x4d: // BININT2
        return this.#push(this.#uint(2));
      case 0x4a: // BININT
        return this.#push(this.#uint(4) | 0);
      case 0x8a: // LONG1
        return this.#push(this.#long(this.#uint(1)));
      case 0x47: { // BINFLOAT, big-endian
        const at = this.#at;
        this.#take(8);
        return this.#push(this.#view.getFloat64(at));
      }
      case 0x58: // BINUNICODE
        return this.#push(this.#text(this.#uint(4)));
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(this.#text(this.#uint(1)));
      case 0x54: // BINSTRING, of Python 2
        return this.#push(this.#text(this.#uint(4)));
      case 0x55: // SHORT_BINSTRING, of Python 2
        return this.#push(this.#text(this.#uint(1)));
      case 0x42: // BINBYTES
        return this.#push(this.#take(this.#uint(4)));
      case 0x43: // SHORT_BINBYTES
        return this.#push(this.#take(this.#uint(1)));
      case 0x7d: // EMPTY_DICT
        return this.#push(new Map());
      case 0x5d: // EMPTY_LIST
        return this.#push([]);
      case 0x29: // EMPTY_TUPLE
        return this.#push([]);
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: { // TUPLE3
        const items = Array.from({ length: opcode - 0x84 }, () => this.#pop());
        return this.#push(items.reverse());
      }
      case 0x74: // TUPLE
        return this.#push(this.#popToMark());
      case 0x61: { // APPEND
        const item = this.#pop();
        return this.#append([item]);
      }
      case 0x65: // APPENDS
        return this.#append(this.#popToMark());
      case 0x73: { // SETITEM
        const [value, key] = [this.#pop(), this.#pop()];
        return this.#setItems([key, value]);
      }
      case 0x75: // SETITEMS
        return this.#setItems(this.#popToMark());
      case 0x71: // BINPUT
        this.#memo.set(this.#uint(1), this.#top());
        return;
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#uint(4), this.#top());
        return;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case 0x68: // BINGET
        return this.#push(this.#remembered(this.#uint(1)));
      case 0x6a: // LONG_BINGET
        return this.#push(this.#remembered(this.#uint(4)));
      case 0x63: { // GLOBAL
        const module = this.#line();
        return this.#push(this.#allowed(`${module}.${this.#line()}`));
      }
      case 0x93: { // STACK_GLOBAL
        const [name, module] = [this.#pop(), this.#pop()];
        return this.#push(this.#allowed(`${module}.${name}`));
      }
      case 0x52: { // REDUCE
        const [args, callee] = [this.#pop(), this.#pop()];
        return this.#push(this.#call(callee, args));
      }
      case 0x51: // BINPERSID
        return this.#push(this.#meanings.persistent(this.#pop()));
      case 0x62: // BUILD: attributes, of which state dictionaries have none
        this.#pop();
        return;
      default:
        throw damaged(
          this.#path,
          `opcode ${opcode} of its pickle must be one of plain data`,
          `it stands at byte ${this.#at - 1}`,
        );
    }
  }

  #checkProtocol(protocol: number): void {
    if (protocol >= 2 && protocol <= 5) return;
    throw damaged(
      this.#path,
      "the protocol of its pickle must be from 2 to 5",
      `it is ${protocol}`,
    );
  }

  #allowed(name: string): Global {
    if (this.#meanings.allows(name)) return { global: name };
    throw new InputError(
      `Cannot read "${this.#path}": its pickle must hold tensors and ` +
        `dictionaries alone: it names "${name}", which would run code; save the ` +
        "state dictionary alone, or do not trust the file",
    );
  }

  #call(callee: PickleValue, args: PickleValue): PickleValue {
    if (isGlobal(callee) && Array.isArray(args)) {
      const value = this.#meanings.call(callee.global, args);
      if (value !== undefined) return value;
    }
    throw damaged(
      this.#path,
      "calls in its pickle must be those of tensors and dictionaries",
      isGlobal(callee) ? `it calls "${callee.global}"` : "one is not",
    );
  }

  #append(items: PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#broken("append to no list");
    for (const item of items) list.push(item);
  }

  #setItems(items: PickleValue[]): void {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0) {
      throw this.#broken("set items of no dictionary");
    }
    for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  }

  #remembered(index: number): PickleValue {
    if (!this.#memo.has(index)) throw this.#broken("read an empty memo");
    return this.#memo.get(index)!;
  }

  #push(value: PickleValue): void {
    this.#stack.push(value);
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) {
      throw this.#broken("take from an empty stack");
    }
    return value;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) {
      throw this.#broken("look at an empty stack");
    }
    return value;
  }

  #popToMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#broken("take up to a mark that is not there");
    const items = this.#stack.slice(mark + 1) as PickleValue[];
    this.#stack = this.#stack.slice(0, mark);
    return items;
  }

  #broken(what: string): InputError {
    return damaged(this.#path, "its pickle must be whole", `it would ${what}`);
  }

  #take(count: number): Uint8Array {
    if (this.#at + count > this.#bytes.length) {
      throw damaged(this.#path, "its pickle must be whole", "it is cut off");
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** A whole number without a sign, little-endian. */
  #uint(count: 1 | 2 | 4): number {
    return this.#take(count).reduceRight((sum, byte) => sum * 256 + byte, 0);
  }

  /** A whole number in two's complement, little-endian. */
  #long(count: number): number | bigint {
    const value = this.#take(count)
      .reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
    const signed = BigInt.asIntN(8 * count, value);
    const small = Number(signed);
    return Number.isSafeInteger(small) ? small : signed;
  }

  #text(count: number): string {
    return new TextDecoder().decode(this.#take(count));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) {
      throw damaged(this.#path, "its pickle must be whole", "it is cut off");
    }
    const text = this.#text(end - this.#at);
    this.#at = end + 1;
    return text;
  }
}

export function isGlobal(value: PickleValue): value is Global {
  return typeof value === "object" && value !== null && "global" in value;
}
