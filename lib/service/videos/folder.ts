import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { InputError, messageOf } from "../../core/mod.ts";
import type { ByteRange, Saved, VideoStore } from "./store.ts";

/** Of the file that tells whether videos can be kept: on a full disk it does not fit. */
const PROBE_BYTES = 65536;

/** Keeps videos as files of a folder, which several machines may share. */
export async function folderStore(folder: string): Promise<VideoStore> {
  const pathOf = (name: string): string => `${folder}/${name}`;
  const store: VideoStore = {
    place: folder,
    async save(name, write) {
      await write(pathOf(name));
      return await digestOfFile(pathOf(name));
    },
    async open(name, range) {
      try {
        const file = await Deno.open(pathOf(name));
        return range === undefined ? file.readable : await part(file, range);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
    async remove(name) {
      try {
        await Deno.remove(pathOf(name));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
    async check() {
      const path = pathOf(`.check-${crypto.randomUUID()}`);
      try {
        await Deno.writeFile(path, new Uint8Array(PROBE_BYTES));
      } finally {
        await Deno.remove(path).catch(() => {});
      }
    },
  };
  try {
    await Deno.mkdir(folder, { recursive: true });
    await store.check();
  } catch (error) {
    throw new InputError(
      `Cannot keep videos in "${folder}": it must be a folder that can be ` +
        `written to: ${messageOf(error)}; choose another one`,
    );
  }
  return store;
}

/** Bytes and SHA-256 of a file. */
export async function digestOfFile(path: string): Promise<Saved> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

async function part(
  file: Deno.FsFile,
  { first, last }: ByteRange,
): Promise<ReadableStream<Uint8Array>> {
  await file.seek(first, Deno.SeekMode.Start);
  let left = last - first + 1;
  return file.readable.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const taken = chunk.subarray(0, left);
        left -= taken.length;
        controller.enqueue(taken);
        if (left === 0) controller.terminate();
      },
    }),
  );
}
