import { concatBytes } from "../../core/mod.ts";

/** Bits of the first byte of a frame (ZMTP 3.0, https://rfc.zeromq.org/spec/23). */
const MORE = 1;
const LONG = 2;
const COMMAND = 4;

/** The largest frame that is read; kernels send far smaller ones. */
const MOST_BYTES = 256 * 1024 * 1024;

/** A message, or a command between the two ends of a connection. */
export interface Traffic {
  readonly kind: "message" | "command";
  readonly frames: readonly Uint8Array[];
}

/** The frames of a message as bytes. */
export function messageBytes(frames: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    frames.map((frame, i) =>
      frameBytes(frame, i < frames.length - 1 ? MORE : 0)
    ),
  );
}

/** A command as bytes. */
export function commandBytes(body: Uint8Array): Uint8Array {
  return frameBytes(body, COMMAND);
}

function frameBytes(body: Uint8Array, flags: number): Uint8Array {
  if (body.length < 256) {
    return concatBytes([Uint8Array.of(flags, body.length), body]);
  }
  const head = new Uint8Array(9);
  head[0] = flags | LONG;
  new DataView(head.buffer).setBigUint64(1, BigInt(body.length));
  return concatBytes([head, body]);
}

/** Reads a stream in portions of given sizes. */
export class ByteReader {
  readonly #source: ReadableStreamDefaultReader<Uint8Array>;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(source: ReadableStream<Uint8Array>) {
    this.#source = source.getReader();
  }

  /** @returns exactly `count` bytes, or undefined if the stream ends before. */
  async read(count: number): Promise<Uint8Array | undefined> {
    while (this.#bytes < count) {
      const { value, done } = await this.#source.read();
      if (done) return undefined;
      this.#chunks.push(value);
      this.#bytes += value.length;
    }
    const all = this.#chunks.length === 1
      ? this.#chunks[0]!
      : concatBytes(this.#chunks);
    this.#chunks = all.length > count ? [all.subarray(count)] : [];
    this.#bytes = all.length - count;
    return all.subarray(0, count);
  }
}

/**
 * Reads one message or command.
 *
 * @returns undefined if the other end has closed
 * @throws {Error} if a frame is larger than 256 MiB
 */
export async function readTraffic(
  reader: ByteReader,
): Promise<Traffic | undefined> {
  const frames: Uint8Array[] = [];
  for (;;) {
    const flags = (await reader.read(1))?.[0];
    if (flags === undefined) return undefined;
    const size = await readSize(reader, (flags & LONG) !== 0);
    const body = size === undefined ? undefined : await reader.read(size);
    if (body === undefined) return undefined;
    frames.push(body);
    if ((flags & COMMAND) !== 0) return { kind: "command", frames };
    if ((flags & MORE) === 0) return { kind: "message", frames };
  }
}

async function readSize(
  reader: ByteReader,
  isLong: boolean,
): Promise<number | undefined> {
  const bytes = await reader.read(isLong ? 8 : 1);
  if (bytes === undefined) return undefined;
  if (!isLong) return bytes[0]!;
  const size = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
  if (size > MOST_BYTES) {
    throw new Error(
      `Cannot read from the kernel: a frame may have at most ${MOST_BYTES} ` +
        `bytes: it has ${size}`,
    );
  }
  return Number(size);
}
