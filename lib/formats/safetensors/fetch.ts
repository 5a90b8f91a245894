import { concatBytes, InputError, messageOf } from "../../core/mod.ts";
import { type ByteSource, headerFrom } from "./_source.ts";
import type { SafetensorsHeader } from "./header.ts";

/** Requests a file, as the platform's `fetch` does. */
type Fetch = (
  address: string,
  request: {
    readonly headers: Record<string, string>;
    readonly signal?: AbortSignal;
  },
) => Promise<Response>;

/** How a file on a server is read. */
export interface FetchOptions {
  /** Default: the platform's `fetch`. */
  readonly fetch?: Fetch;
  readonly signal?: AbortSignal;
}

/**
 * Reads the header of a safetensors file on a server, and none of its data: two
 * range requests, for the length and for the JSON. From a server without ranges
 * it reads the start of the file and closes the connection after the header.
 *
 * @param address `http` or `https`, of the file itself.
 *
 * @throws {InputError} if the address leads to no such file, the server does
 *   not answer as it should, or the file breaks a rule of the format
 *
 * @example
 * ```ts
 * import { encodeSafetensors, fetchSafetensorsHeader } from "lib/formats/safetensors/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const file = new Blob(encodeSafetensors([["bias", float32([2], [1, 2])]], {}));
 * const { entries } = await fetchSafetensorsHeader("https://example.org/model.safetensors", {
 *   fetch: () => Promise.resolve(new Response(file)), // a server without ranges
 * });
 * assert.deepEqual(entries, [{ name: "bias", dtype: "F32", shape: [2], begin: 0, end: 8 }]);
 * ```
 */
export async function fetchSafetensorsHeader(
  address: string,
  options: FetchOptions = {},
): Promise<SafetensorsHeader> {
  return await headerFrom(remoteFile(address, options));
}

/** A file on a server, read by ranges. */
function remoteFile(
  address: string,
  { fetch = globalThis.fetch, signal }: FetchOptions,
): ByteSource {
  if (!/^https?:$/.test(URL.parse(address)?.protocol ?? "")) {
    throw refused(
      address,
      "the address must begin with http:// or https://",
      "it does not",
      "check the address",
    );
  }
  let size: number | undefined;
  return {
    name: address,
    size: () => size,
    async read(begin, count) {
      if (count === 0) return new Uint8Array(); // no range is empty
      const response = await request(address, fetch, signal, begin, count);
      try {
        const answer = answerOf(response, address, begin);
        if (
          size !== undefined && answer.size !== undefined &&
          size !== answer.size
        ) {
          throw refused(
            address,
            "the file must stay as it is while it is read",
            `it had ${size} bytes and has ${answer.size}`,
            "read it again",
          );
        }
        size = answer.size ?? size;
        return await take(response, answer.skip, count);
      } catch (error) {
        if (error instanceof InputError || signal?.aborted) throw error;
        throw unanswered(address, error);
      } finally {
        // An unread body would keep the connection open.
        await response.body?.cancel().catch(() => {});
      }
    },
  };
}

async function request(
  address: string,
  fetch: Fetch,
  signal: AbortSignal | undefined,
  begin: number,
  count: number,
): Promise<Response> {
  try {
    return await fetch(address, {
      headers: {
        range: `bytes=${begin}-${begin + count - 1}`,
        // Ranges and sizes must be those of the file, not of its compression.
        "accept-encoding": "identity",
      },
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unanswered(address, error);
  }
}

/** The place of the wanted bytes in a response, and the size of the file. */
interface Answer {
  /** Bytes of the body before the wanted ones. */
  readonly skip: number;
  /** Bytes of the whole file, if known. */
  readonly size: number | undefined;
}

const PARTIAL = 206;
const OK = 200;
const BEYOND_THE_END = 416;

function answerOf(
  { status, statusText, headers }: Response,
  address: string,
  begin: number,
): Answer {
  if (headers.get("content-type")?.startsWith("text/html")) {
    throw refused(
      address,
      "the address must lead to the file itself",
      `it leads to a web page (status ${status})`,
      "on Hugging Face, write /resolve/ in place of /blob/",
    );
  }
  const range = headers.get("content-range") ?? "";
  switch (status) {
    case PARTIAL: {
      const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range) ?? [];
      if (Number(first) !== begin) {
        throw refused(
          address,
          `the server must send the requested bytes from ${begin} on`,
          range === "" ? "it does not name their range" : `it sends ${range}`,
          "download the file and read it from the disk",
        );
      }
      return { skip: 0, size: total === "*" ? undefined : Number(total) };
    }
    case OK: {
      const length = headers.get("content-length");
      const plain = !headers.has("content-encoding");
      return {
        skip: begin,
        size: length !== null && plain ? Number(length) : undefined,
      };
    }
    case BEYOND_THE_END: {
      const total = /^bytes \*\/(\d+)$/.exec(range)?.[1];
      // No byte at `begin`: the file ends there at the latest.
      return { skip: Infinity, size: total ? Number(total) : begin };
    }
    default:
      throw refused(
        address,
        "the server must hand out the file",
        `it answers ${`${status} ${statusText}`.trim()}`,
        status === 401 || status === 403
          ? "download the file with your account and read it from the disk"
          : "check the address",
      );
  }
}

/** Reads `count` bytes of a body after skipping some, and no more than that. */
async function take(
  { body }: Response,
  skip: number,
  count: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let before = skip;
  let missing = skip === Infinity ? 0 : count;
  const reader = body?.getReader();
  try {
    while (reader && missing > 0) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(before, before + missing);
      before = Math.max(0, before - value.length);
      missing -= part.length;
      if (part.length > 0) parts.push(part);
    }
  } finally {
    reader?.releaseLock();
  }
  return concatBytes(parts);
}

function unanswered(address: string, error: unknown): InputError {
  return refused(
    address,
    "the server must answer",
    messageOf(error),
    "check the address and the network",
  );
}

function refused(
  address: string,
  rule: string,
  value: string,
  fix: string,
): InputError {
  return new InputError(`Cannot read "${address}": ${rule}: ${value}; ${fix}`);
}
