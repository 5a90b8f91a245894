import { concatBytes } from "../../core/mod.ts";
import {
  ByteReader,
  commandBytes,
  messageBytes,
  readTraffic,
} from "./frames.ts";

/** Both ways of a connection; a `Deno.Conn` is one. */
export interface ByteStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** The sockets of a client of a Jupyter kernel: requests, and published messages. */
export type SocketType = "DEALER" | "SUB";

/** The start of a greeting of version 3 of the protocol. */
const SIGNATURE = Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f);
const GREETING_BYTES = 64;

/**
 * The client's end of a ZeroMQ connection: ZMTP 3.0 without encryption
 * (https://rfc.zeromq.org/spec/23), as much of it as Jupyter needs.
 *
 * It replaces the npm package zeromq, whose native sockets miss replies under
 * Deno 2.9.6: a reply that arrives while nothing is sent stays unread.
 */
export class ZmtpSocket implements Disposable {
  readonly #reader: ByteReader;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(
    reader: ByteReader,
    writer: WritableStreamDefaultWriter<Uint8Array>,
  ) {
    this.#reader = reader;
    this.#writer = writer;
  }

  /**
   * Exchanges greetings with the other end. A subscriber subscribes to all
   * messages.
   *
   * @throws {Error} if the other end does not use ZMTP 3
   */
  static async open(
    stream: ByteStream,
    type: SocketType,
  ): Promise<ZmtpSocket> {
    const reader = new ByteReader(stream.readable);
    const writer = stream.writable.getWriter();
    await writer.write(greeting());
    const answer = await reader.read(GREETING_BYTES);
    if (answer === undefined || answer[0] !== 0xff || answer[10]! < 3) {
      throw new Error("Cannot connect to the kernel: it must use ZMTP 3");
    }
    await writer.write(commandBytes(ready(type)));
    const word = await readTraffic(reader);
    if (word?.kind !== "command" || textAt(word.frames[0]!) !== "READY") {
      throw new Error(
        "Cannot connect to the kernel: it must send READY: it did not",
      );
    }
    if (type === "SUB") await writer.write(messageBytes([Uint8Array.of(1)]));
    return new ZmtpSocket(reader, writer);
  }

  /** Sends a message of one or more frames. */
  async send(frames: readonly Uint8Array[]): Promise<void> {
    await this.#writer.write(messageBytes(frames));
  }

  /** The incoming messages, until the other end closes. */
  async *messages(): AsyncGenerator<readonly Uint8Array[]> {
    for (;;) {
      const traffic = await readTraffic(this.#reader);
      if (traffic === undefined) return;
      if (traffic.kind === "message") yield traffic.frames;
    }
  }

  /** Closes the writer; the stream belongs to its creator. */
  [Symbol.dispose](): void {
    this.#writer.close().catch(() => {}); // already gone with the kernel
  }
}

/** Signature, version 3.0, mechanism NULL, client, filled up with zeros. */
function greeting(): Uint8Array {
  const bytes = new Uint8Array(GREETING_BYTES);
  bytes.set(SIGNATURE);
  bytes[10] = 3;
  bytes.set(new TextEncoder().encode("NULL"), 12);
  return bytes;
}

function ready(type: SocketType): Uint8Array {
  const text = new TextEncoder();
  const value = text.encode(type);
  return concatBytes([
    named("READY"),
    named("Socket-Type"),
    Uint8Array.of(0, 0, 0, value.length),
    value,
  ]);
}

/** A name behind its length. */
function named(name: string): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  return concatBytes([Uint8Array.of(bytes.length), bytes]);
}

function textAt(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(1, 1 + (bytes[0] ?? 0)));
}
