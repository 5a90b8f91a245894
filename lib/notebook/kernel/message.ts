import { createHmac, timingSafeEqual } from "node:crypto";

/** A message of the Jupyter protocol, version 5. */
export interface Message {
  readonly header: { readonly msg_id: string; readonly msg_type: string };
  /** The header of the request that this answers, or empty. */
  readonly parent_header: { readonly msg_id?: string };
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Between the addresses and the message. */
const DELIMITER = "<IDS|MSG>";

/**
 * The frames of a signed message: delimiter, HMAC-SHA-256 of the four parts in
 * hexadecimal, header, parent header, metadata, content
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html).
 *
 * @param key The secret of the connection file.
 */
export function messageFrames(message: Message, key: string): Uint8Array[] {
  const text = new TextEncoder();
  const { header, parent_header, metadata, content } = message;
  const parts = [header, parent_header, metadata, content]
    .map((part) => text.encode(JSON.stringify(part)));
  return [
    text.encode(DELIMITER),
    text.encode(signature(parts, key)),
    ...parts,
  ];
}

/**
 * Reads a message and checks its signature.
 *
 * @throws {Error} if it is not signed with the key, or is no message
 */
export function readMessage(
  frames: readonly Uint8Array[],
  key: string,
): Message {
  const text = new TextDecoder();
  const start = frames.findIndex((frame) => text.decode(frame) === DELIMITER);
  const [signed, ...parts] = frames.slice(start + 1, start + 6);
  if (start === -1 || signed === undefined || parts.length < 4) {
    throw new Error(
      `Cannot read a message of the kernel: it must have ${DELIMITER} and ` +
        `five more frames: it has ${frames.length} frames`,
    );
  }
  const expected = new TextEncoder().encode(signature(parts, key));
  if (signed.length !== expected.length || !timingSafeEqual(signed, expected)) {
    throw new Error("Cannot trust a message of the kernel: wrong signature");
  }
  const [header, parent_header, metadata, content] = parts
    .map((part) => JSON.parse(text.decode(part)));
  return { header, parent_header, metadata, content };
}

function signature(parts: readonly Uint8Array[], key: string): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}
