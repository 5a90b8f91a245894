import assert from "node:assert/strict";
import { type ByteStream, ZmtpSocket } from "lib/notebook/zmtp/socket.ts";

const bytes = (
  ...parts: (number | string | number[])[]
): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "string" ? [...new TextEncoder().encode(part)] : part
    ),
  );

const zeros = (count: number): number[] => Array(count).fill(0);

/** A peer's greeting: signature, version 3.0, mechanism NULL. */
const GREETING = bytes(
  [0xff, ...zeros(8), 0x7f, 3, 0],
  "NULL",
  zeros(48),
);
/** Its command READY. */
const READY = bytes(
  [4, 28, 5],
  "READY",
  [11],
  "Socket-Type",
  [0, 0, 0, 6],
  "ROUTER",
);

/** A connection whose other end says what is given, and notes what it hears. */
function scripted(
  ...chunks: Uint8Array<ArrayBuffer>[]
): { stream: ByteStream; heard: number[] } {
  const heard: number[] = [];
  return {
    heard,
    stream: {
      readable: ReadableStream.from(chunks),
      writable: new WritableStream({
        write: (chunk) => void heard.push(...chunk),
      }),
    },
  };
}

async function messagesFrom(
  ...chunks: Uint8Array<ArrayBuffer>[]
): Promise<string[][]> {
  const { stream } = scripted(GREETING, READY, ...chunks);
  using socket = await ZmtpSocket.open(stream, "DEALER");
  const text = new TextDecoder();
  return await Array.fromAsync(
    socket.messages(),
    (frames) => frames.map((frame) => text.decode(frame)),
  );
}

Deno.test("ZmtpSocket greets as ZMTP 3.0 says, byte for byte, and subscribes", async () => {
  const { stream, heard } = scripted(GREETING, READY);
  using _socket = await ZmtpSocket.open(stream, "SUB");
  assert.deepEqual(heard, [
    ...GREETING,
    ...bytes([4, 25, 5], "READY", [11], "Socket-Type", [0, 0, 0, 3], "SUB"),
    ...[0, 1, 1], // a message of one byte: all topics
  ]);
});

Deno.test("ZmtpSocket reads messages of several frames, however they are cut", async () => {
  const wire = bytes([1, 2], "ab", [1, 0], [0, 1], "c", [0, 1], "d");
  const expected = [["ab", "", "c"], ["d"]];
  assert.deepEqual(await messagesFrom(wire), expected);
  const single = [...wire].map((byte) => Uint8Array.of(byte));
  assert.deepEqual(await messagesFrom(...single), expected);
});

Deno.test("ZmtpSocket reads and writes frames of 256 bytes and more with a long size", async () => {
  const long = "x".repeat(256);
  assert.deepEqual(
    await messagesFrom(bytes([2, ...zeros(6), 1, 0], long)),
    [[long]],
  );
  const { stream, heard } = scripted(GREETING, READY);
  using socket = await ZmtpSocket.open(stream, "DEALER");
  heard.length = 0;
  await socket.send([bytes("a"), bytes(long)]);
  assert.deepEqual(heard, [
    ...bytes([1, 1], "a", [2, ...zeros(6), 1, 0], long),
  ]);
});

Deno.test("ZmtpSocket passes over commands between messages", async () => {
  assert.deepEqual(
    await messagesFrom(bytes([4, 5, 4], "PING", [0, 1], "m")),
    [["m"]],
  );
});

Deno.test("ZmtpSocket ends with its peer, and gives no half of a message", async () => {
  assert.deepEqual(await messagesFrom(bytes([0, 1], "a", [1, 1], "b")), [[
    "a",
  ]]);
  assert.deepEqual(await messagesFrom(bytes([0, 9], "short")), []);
});

Deno.test("ZmtpSocket refuses a frame that no kernel sends", async () => {
  await assert.rejects(
    messagesFrom(bytes([2, 0, 0, 1, 0, 0, 0, 0, 0])),
    /a frame may have at most 268435456 bytes: it has 1099511627776/,
  );
});

Deno.test("ZmtpSocket refuses an end without ZMTP 3", async () => {
  const open = (...chunks: Uint8Array<ArrayBuffer>[]): Promise<ZmtpSocket> =>
    ZmtpSocket.open(scripted(...chunks).stream, "DEALER");
  const old = GREETING.slice();
  old[10] = 1;
  for (const answer of [bytes("HTTP/1.1 400 Bad Request", zeros(60)), old]) {
    await assert.rejects(open(answer), /it must use ZMTP 3/);
  }
  await assert.rejects(open(bytes([0xff])), /it must use ZMTP 3/);
  await assert.rejects(
    open(GREETING, bytes([4, 6, 5], "ERROR")),
    /it must send READY/,
  );
});
