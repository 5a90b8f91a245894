import assert from "node:assert/strict";
import {
  readSafetensors,
  readSafetensorsHeader,
} from "lib/formats/safetensors/mod.ts";
import { fileOf, withFile } from "./_files.ts";

const FIX = "; export or download the file again";

/** Each with the bytes of a file and what is wrong with it. */
const HOSTILE: readonly [name: string, content: Uint8Array, problem: string][] =
  [
    [
      "is shorter than its length field",
      new Uint8Array(7),
      "the file must have at least 8 bytes: it has 7",
    ],
    [
      "has a header that ends after the file",
      fileOf("{}", 0, 3n),
      "the header must end within the file: " +
      "its length says 3 bytes, of which 2 are there",
    ],
    [
      "has a header over 100 MB",
      fileOf("{}", 0, 100_000_001n),
      "the header must have at most 100000000 bytes: its length says 100000001",
    ],
    [
      "has a header length that no memory holds",
      fileOf("{}", 0, 2n ** 64n - 1n),
      "the header must have at most 100000000 bytes: " +
      "its length says 18446744073709551615",
    ],
    [
      "has a header that is not UTF-8",
      fileOf(Uint8Array.of(0x7b, 0xff, 0x7d), 0),
      "the header must be UTF-8: it has other bytes",
    ],
    [
      "begins with a byte order mark",
      fileOf("\ufeff{}", 0),
      'the header must start with "{": it starts with "\ufeff"',
    ],
    [
      "was cut off",
      fileOf('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 7),
      "the header describes 8 bytes of data, and the file must hold as many: " +
      "it holds 7",
    ],
  ];

for (const [name, content, problem] of HOSTILE) {
  Deno.test(`readSafetensors() and its header twin refuse a file that ${name}`, () =>
    withFile(content, async (path) => {
      const expected = {
        name: "InputError",
        message: `Cannot read "${path}": ${problem}${FIX}`,
      };
      await assert.rejects(readSafetensors(path), expected);
      await assert.rejects(readSafetensorsHeader(path), expected);
    }));
}

Deno.test("readSafetensors() reads F32, F16, I32 and BOOL at any alignment", () => {
  const header = JSON.stringify({
    flags: { dtype: "BOOL", shape: [3], data_offsets: [0, 3] },
    half: { dtype: "F16", shape: [2], data_offsets: [3, 7] },
    single: { dtype: "F32", shape: [1, 1], data_offsets: [7, 11] },
    whole: { dtype: "I32", shape: [], data_offsets: [11, 15] },
    none: { dtype: "F32", shape: [0, 2], data_offsets: [15, 15] },
  });
  const content = fileOf(header, 15);
  // deno-fmt-ignore
  content.set([
    1, 0, 1,
    0x00, 0x3c, 0x01, 0x80, // 1 and -2^-24, the smallest half
    0x00, 0x00, 0x20, 0xc0, // -2.5
    0xfe, 0xff, 0xff, 0xff, // -2
  ], 8 + header.length);
  return withFile(content, async (path) => {
    const { metadata, tensors } = await readSafetensors(path);
    assert.deepEqual(metadata, {});
    assert.deepEqual([...tensors], [
      ["flags", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
      ["half", {
        dtype: "float32",
        shape: [2],
        data: Float32Array.of(1, -(2 ** -24)),
      }],
      ["single", {
        dtype: "float32",
        shape: [1, 1],
        data: Float32Array.of(-2.5),
      }],
      ["whole", { dtype: "int32", shape: [], data: Int32Array.of(-2) }],
      ["none", { dtype: "float32", shape: [0, 2], data: new Float32Array() }],
    ]);
  });
});

Deno.test("readSafetensors() refuses a dtype that the header reader accepts", () => {
  const header = '{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}';
  return withFile(fileOf(header, 4), async (path) => {
    const { entries } = await readSafetensorsHeader(path);
    assert.equal(entries[0]!.dtype, "U8");
    await assert.rejects(readSafetensors(path), {
      name: "InputError",
      message: `Cannot read "${path}": dtype of tensor "w" must be one of ` +
        "F32, F16, BF16, I32, BOOL: current value is U8; " +
        "convert the file to one of them, or read its header only",
    });
  });
});

Deno.test("readSafetensors() reads BF16, the upper half of a float32", () => {
  const header = '{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}';
  const content = fileOf(header, 4);
  // 1.5 and -2, the lower byte first.
  content.set([0xc0, 0x3f, 0x00, 0xc0], content.length - 4);
  return withFile(content, async (path) => {
    const { tensors } = await readSafetensors(path);
    assert.deepEqual(tensors.get("w")!.data, Float32Array.of(1.5, -2));
  });
});

Deno.test("readSafetensors() refuses a BOOL that is neither 0 nor 1", () => {
  const header = '{"w":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}';
  const content = fileOf(header, 2);
  content[content.length - 1] = 7;
  return withFile(content, (path) =>
    assert.rejects(readSafetensors(path), {
      name: "InputError",
      message: `Cannot read "${path}": values of tensor "w" of dtype BOOL ` +
        `must be 0 or 1: one is 7${FIX}`,
    }));
});

Deno.test("readSafetensors() refuses a path without a file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(readSafetensors(`${folder}/none`), {
      name: "InputError",
      message: `Cannot read "${folder}/none": the file must exist: ` +
        "there is none; check the path",
    });
    await assert.rejects(readSafetensorsHeader(folder), {
      name: "InputError",
      message: `Cannot read "${folder}": it must be a file: ` +
        "it is a folder or a device; pass a .safetensors file",
    });
  } finally {
    await Deno.remove(folder);
  }
});
