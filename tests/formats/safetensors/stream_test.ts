import assert from "node:assert/strict";
import { float32, int32, type NdArray } from "lib/core/mod.ts";
import {
  sealed,
  streamSafetensors,
  writeSafetensors,
} from "lib/formats/safetensors/mod.ts";

const TENSORS: readonly (readonly [string, NdArray])[] = [
  ["a/weight", float32([2, 2], [1, 2, 3, 4])],
  ["b", int32([3], [1, 2, 3])],
];
const sourceOf = (array: NdArray) => ({
  dtype: array.dtype,
  shape: array.shape,
  read: () => Promise.resolve(array),
});

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/a.safetensors`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("streamSafetensors() writes the file of sealed tensors, byte for byte", async () => {
  await inFolder(async (path) => {
    const metadata = { step: "7" };
    await writeSafetensors(path, TENSORS, sealed(TENSORS, metadata));
    const wanted = await Deno.readFile(path);
    const sources = TENSORS.map(([name, array]) =>
      [name, sourceOf(array)] as const
    );
    await streamSafetensors(path, sources, metadata);
    assert.deepEqual(await Deno.readFile(path), wanted);
  });
});

Deno.test("streamSafetensors() leaves the file as it was if a tensor cannot be read", async () => {
  await inFolder(async (path) => {
    await Deno.writeTextFile(path, "before");
    const [[, array]] = TENSORS as [[string, NdArray]];
    const broken = {
      ...sourceOf(array),
      read: () => Promise.reject(new Error("gone")),
    };
    await assert.rejects(
      () =>
        streamSafetensors(path, [["a", sourceOf(array)], ["b", broken]], {}),
      /^Error: gone$/,
    );
    assert.equal(await Deno.readTextFile(path), "before");
    await assert.rejects(
      () =>
        streamSafetensors(
          path,
          [["a", { ...sourceOf(array), shape: [3] }]],
          {},
        ),
      {
        name: "TypeError",
        message:
          'Cannot encode tensor "a" of shape [3]: it needs 3 values: current count is 4',
      },
    );
    assert.deepEqual(
      [...Deno.readDirSync(path.slice(0, path.lastIndexOf("/")))].length,
      1,
    );
  });
});
