import {
  InputError,
  missingFile,
  type NdArray,
  sizeOf,
  zeros,
} from "../../core/mod.ts";
import { headerFrom } from "./_source.ts";
import {
  damaged,
  quoted,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from "./header.ts";

/** The content of a file. */
export interface SafetensorsContent {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the file. */
  readonly tensors: Map<string, NdArray>;
}

/**
 * Reads the header of a safetensors file and none of its data, whatever the
 * dtypes.
 *
 * @throws {InputError} if there is no such file or it breaks a rule of the format
 *
 * @example
 * ```ts
 * import { float32 } from "lib/core/mod.ts";
 * import { readSafetensorsHeader, writeSafetensors } from "lib/formats/safetensors/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await writeSafetensors(path, [["bias", float32([2], [1, 2])]], { step: "7" });
 * assert.deepEqual(await readSafetensorsHeader(path), {
 *   metadata: { step: "7" },
 *   entries: [{ name: "bias", dtype: "F32", shape: [2], begin: 0, end: 8 }],
 * });
 * ```
 */
export async function readSafetensorsHeader(
  path: string,
): Promise<SafetensorsHeader> {
  using file = await open(path);
  return await headerOf(file, path);
}

/**
 * Reads a safetensors file whole: F32, F16 and BF16 as float32, I32 as int32, BOOL
 * as bool. Each array has storage of its own.
 *
 * @throws {InputError} if there is no such file, it breaks a rule of the
 *   format, or a tensor has another dtype
 */
export async function readSafetensors(
  path: string,
): Promise<SafetensorsContent> {
  using file = await open(path);
  const { metadata, entries } = await headerOf(file, path);
  const tensors = new Map<string, NdArray>();
  // One for all tensors in half precision: fresh memory takes longer than to
  // convert what is in it.
  const halves = new Uint16Array(
    entries.reduce(
      (most, { dtype, shape }) =>
        dtype === "F16" || dtype === "BF16"
          ? Math.max(most, sizeOf(shape))
          : most,
      0,
    ),
  );
  // The entries cover the data without a gap: no seeking is needed.
  for (const entry of entries) {
    tensors.set(entry.name, await tensorOf(file, path, entry, halves));
  }
  return { metadata, tensors };
}

async function open(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    throw error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotADirectory
      ? missingFile(path)
      : error;
  }
}

/** Reads the header and leaves the file at the first byte of the data. */
async function headerOf(
  file: Deno.FsFile,
  path: string,
): Promise<SafetensorsHeader> {
  const { size, isFile } = await file.stat();
  if (!isFile) {
    throw new InputError(
      `Cannot read "${path}": it must be a file: it is a folder or a device; ` +
        "pass a .safetensors file",
    );
  }
  return await headerFrom({
    name: path,
    size: () => size,
    async read(begin, count) {
      await file.seek(begin, Deno.SeekMode.Start);
      const there = Math.max(0, Math.min(count, size - begin));
      return await readBytes(file, path, there);
    },
  });
}

/** Reads one tensor. All computers that Deno runs on are little-endian, as the format is. */
async function tensorOf(
  file: Deno.FsFile,
  path: string,
  { name, dtype, shape }: SafetensorsEntry,
  halves: Uint16Array<ArrayBuffer>,
): Promise<NdArray> {
  switch (dtype) {
    case "F32":
      return await filled(file, path, zeros(shape));
    case "I32":
      return await filled(file, path, zeros(shape, "int32"));
    case "BOOL": {
      const array = await filled(file, path, zeros(shape, "bool"));
      const strange = array.data.find((value) => value > 1);
      if (strange === undefined) return array;
      throw damaged(
        path,
        `values of tensor ${quoted(name)} of dtype BOOL must be 0 or 1`,
        `one is ${strange}`,
      );
    }
    case "F16": {
      const array = zeros(shape);
      const bytes = new Uint8Array(halves.buffer, 0, 2 * array.data.length);
      await fill(file, path, bytes);
      array.data.set(new Float16Array(halves.buffer, 0, array.data.length));
      return array;
    }
    case "BF16": {
      const array = zeros(shape);
      await fill(
        file,
        path,
        new Uint8Array(halves.buffer, 0, 2 * array.data.length),
      );
      // The upper half of a float32.
      const bits = new Uint32Array(array.data.buffer);
      for (let i = 0; i < bits.length; i++) bits[i] = halves[i]! << 16;
      return array;
    }
    default:
      throw new InputError(
        `Cannot read "${path}": dtype of tensor ${
          quoted(name)
        } must be one of ` +
          `F32, F16, BF16, I32, BOOL: current value is ${dtype}; ` +
          "convert the file to one of them, or read its header only",
      );
  }
}

async function filled<A extends NdArray>(
  file: Deno.FsFile,
  path: string,
  array: A,
): Promise<A> {
  await fill(file, path, new Uint8Array(array.data.buffer));
  return array;
}

async function readBytes(
  file: Deno.FsFile,
  path: string,
  count: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(count);
  await fill(file, path, bytes);
  return bytes;
}

async function fill(
  file: Deno.FsFile,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) {
      throw damaged(
        path,
        "the file must stay as it is while it is read",
        `it ended ${bytes.length - done} bytes early`,
      );
    }
    done += count;
  }
}
