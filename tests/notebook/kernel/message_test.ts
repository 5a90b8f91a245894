import assert from "node:assert/strict";
import { messageFrames, readMessage } from "lib/notebook/kernel/mod.ts";

const MESSAGE = {
  header: { msg_id: "1", msg_type: "execute_request" },
  parent_header: { msg_id: "0" },
  metadata: {},
  content: { code: "1 + 1; // é" },
};

Deno.test("messageFrames() signs as the protocol says", () => {
  // hmac.new(b"key", header + parent + metadata + content, "sha256") in Python.
  const [delimiter, signature] = messageFrames(MESSAGE, "key")
    .map((frame) => new TextDecoder().decode(frame));
  assert.equal(delimiter, "<IDS|MSG>");
  assert.equal(
    signature,
    "4972ad6838e4989f531e82e17a83c7bd305f336093a58ffb98353345a1e2cfdd",
  );
});

Deno.test("readMessage() passes over addresses before the message", () => {
  const frames = [
    new TextEncoder().encode("address"),
    ...messageFrames(MESSAGE, "key"),
  ];
  assert.deepEqual(readMessage(frames, "key"), MESSAGE);
});

Deno.test("readMessage() refuses a message that was changed, or is cut short", () => {
  const frames = messageFrames(MESSAGE, "key");
  const changed = frames.with(5, new TextEncoder().encode('{"code":"evil"}'));
  assert.throws(
    () => readMessage(changed, "key"),
    /^Error: Cannot trust a message of the kernel: wrong signature$/,
  );
  assert.throws(
    () => readMessage(frames.with(1, new Uint8Array()), "key"),
    /wrong signature/,
  );
  assert.throws(
    () => readMessage(frames.slice(0, 4), "key"),
    /must have <IDS\|MSG> and five more frames: it has 4 frames/,
  );
});
