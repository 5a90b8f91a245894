import { InputError, messageOf } from "lib/core/mod.ts";
import { decodeClip } from "./decode_clip.ts";
import type { DecodeReply, DecodeRequest } from "./decode_pool.ts";

/** The part of a worker's global scope that the page's types do not name. */
const port = globalThis as unknown as {
  onmessage: (event: MessageEvent<DecodeRequest>) => void;
  postMessage(reply: DecodeReply, transfer: Transferable[]): void;
};

port.onmessage = async ({ data: { id, path, options } }) => {
  try {
    const clip = await decodeClip(path, options);
    port.postMessage({ id, clip }, [clip.data.buffer]);
  } catch (error) {
    const isInput = error instanceof InputError;
    port.postMessage({ id, error: { isInput, message: messageOf(error) } }, []);
  }
};
