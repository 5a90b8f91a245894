import { InputError, messageOf, Rng } from "../../core/mod.ts";
import type { ClipSource } from "./clip_source.ts";
import type {
  WorkerRecipe,
  WorkerReply,
  WorkerRequest,
} from "./worker_clips.ts";

/** What is used of a worker's global scope, which the page's types do not name. */
const port = globalThis as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(reply: WorkerReply, transfer: Transferable[]): void;
};

// The first message is the recipe, each later one asks for a clip.
port.onmessage = ({ data }: MessageEvent<WorkerRecipe>) => {
  const source = makeSource(data);
  source.catch(() => {}); // told to whoever asks for a clip
  port.onmessage = ({ data }: MessageEvent<WorkerRequest>) => {
    void answer(source, data);
  };
};

async function makeSource(
  { module, make, options }: WorkerRecipe,
): Promise<ClipSource> {
  const exports = await import(module) as Record<
    string,
    (options: unknown) => ClipSource | Promise<ClipSource>
  >;
  return await exports[make]!(options);
}

async function answer(
  source: Promise<ClipSource>,
  { id, index, shape, rng }: WorkerRequest,
): Promise<void> {
  try {
    const clip = await (await source).clipAt(index, shape, new Rng(rng));
    port.postMessage({ id, clip }, [clip.clip.data.buffer]);
  } catch (error) {
    const input = error instanceof InputError;
    port.postMessage({ id, error: { input, message: messageOf(error) } }, []);
  }
}
