import assert from "node:assert/strict";
import { float32, int32, type NdArray, Rng, zeros } from "lib/core/mod.ts";
import {
  encodeSafetensors,
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from "lib/formats/safetensors/mod.ts";
import { withFile } from "./_files.ts";

function jsonOf(header: Uint8Array): string {
  return new TextDecoder().decode(header.subarray(8));
}

const mask: NdArray<"bool"> = {
  dtype: "bool",
  shape: [3],
  data: Uint8Array.of(1, 0, 1),
};

Deno.test("writeSafetensors() and readSafetensors() give back what was put in, in order", () => {
  const tensors: [string, NdArray][] = [
    ["z", new Rng(1).normals([2, 3, 5])],
    ["10", int32([2], [-(2 ** 31), 2 ** 31 - 1])],
    ["mask", mask],
    ["9", float32([], [Math.fround(0.1)])],
    ["nothing", zeros([0, 4])],
    ["__proto__", float32([4], [NaN, -0, Infinity, -Infinity])],
    ['a"\\/é\n', float32([1], [1])],
  ];
  const metadata = { config: '{"a":1}', "1": "é" };
  return withFile(new Uint8Array(), async (path) => {
    await writeSafetensors(path, tensors, metadata);
    const content = await readSafetensors(path);
    assert.deepEqual(content.metadata, metadata);
    assert.deepEqual([...content.tensors], tensors);
  });
});

Deno.test("encodeSafetensors() writes the header that the reference writes", () => {
  const parts = encodeSafetensors(
    [["b", float32([1, 2], [1, 2])], ["a", mask], ["1", int32([1], [3])]],
    { k: "v" },
  );
  const json = '{"__metadata__":{"k":"v"},' +
    '"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},' +
    '"a":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]},' +
    '"1":{"dtype":"I32","shape":[1],"data_offsets":[11,15]}}';
  const length = Math.ceil(json.length / 8) * 8;
  assert.equal(jsonOf(parts[0]!), json.padEnd(length, " "));
  const view = new DataView(parts[0]!.buffer);
  assert.equal(view.getBigUint64(0, true), BigInt(length));
  assert.deepEqual(parts.slice(1).map((part) => [...part]), [
    [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40],
    [1, 0, 1],
    [3, 0, 0, 0],
  ]);
});

Deno.test("encodeSafetensors() begins the data at a multiple of 8, whatever the names", () => {
  for (let n = 0; n < 9; n++) {
    const name = "é".repeat(n);
    const [header] = encodeSafetensors([[name, float32([1], [1])]], {});
    assert.equal(header!.length % 8, 0, name);
  }
  assert.equal(jsonOf(encodeSafetensors([], {})[0]!), "{}      ");
});

Deno.test("encodeSafetensors() shares the memory of arrays that it stores as they are", () => {
  const array = float32([2], [1, 2]);
  const [, part] = encodeSafetensors([["a", array]], {});
  assert.equal(part!.buffer, array.data.buffer);
});

Deno.test("encodeSafetensors() rounds to float16 to the nearest, ties to even", () => {
  const cases: [value: number, bits: number][] = [
    [1, 0x3c00],
    [1 + 2 ** -11, 0x3c00], // halfway, down to even
    [1 + 3 * 2 ** -11, 0x3c02], // halfway, up to even
    [1 + 2 ** -11 + 2 ** -23, 0x3c01], // just above halfway
    [-(1 + 3 * 2 ** -11), 0xbc02],
    [2 ** -25, 0x0000], // halfway to the smallest half
    [3 * 2 ** -25, 0x0002],
    [2 ** -14 - 2 ** -25, 0x0400], // halfway, up out of the subnormals
    [65_504, 0x7bff],
    [65_519, 0x7bff], // just below what rounds to infinity
    [-0, 0x8000],
    [Infinity, 0x7c00],
    [-Infinity, 0xfc00],
  ];
  const values = cases.map(([value]) => value);
  assert.deepEqual(values.map(Math.fround), values);
  const [header, part] = encodeSafetensors(
    [["w", float32([values.length], values)]],
    {},
    { dtype: "float16" },
  );
  const { buffer, byteOffset, length } = part!;
  const bits = new Uint16Array(buffer, byteOffset, length / 2);
  assert.deepEqual([...bits], cases.map(([, expected]) => expected));
  assert.match(jsonOf(header!), /"dtype":"F16","shape":\[13\],.*\[0,26\]/);
});

Deno.test("encodeSafetensors() leaves int32 and bool alone under float16", () =>
  withFile(new Uint8Array(), async (path) => {
    const tensors: [string, NdArray][] = [
      ["i", int32([1], [70_000])],
      ["m", mask],
      ["f", float32([2], [0.5, NaN])],
    ];
    await writeSafetensors(path, tensors, {}, { dtype: "float16" });
    const { entries } = await readSafetensorsHeader(path);
    assert.deepEqual(entries.map(({ dtype }) => dtype), ["I32", "BOOL", "F16"]);
    assert.deepEqual([...(await readSafetensors(path)).tensors], tensors);
  }));

Deno.test("encodeSafetensors() refuses a value that float16 cannot hold", () => {
  const tensors: [string, NdArray][] = [["w", float32([2], [1, -65_520])]];
  assert.throws(() => encodeSafetensors(tensors, {}, { dtype: "float16" }), {
    name: "RangeError",
    message: 'Cannot encode tensor "w" as float16: values must lie in ' +
      "[-65504,65504]: current value at 1 is -65520; " + 'use dtype "float32"',
  });
});

Deno.test("encodeSafetensors() refuses a name twice, and the one kept for metadata", () => {
  const array = float32([1], [1]);
  for (const name of ["w", "__metadata__"]) {
    assert.throws(() => encodeSafetensors([["w", array], [name, array]], {}), {
      name: "TypeError",
      message: "Cannot encode tensors: names must be unique and not " +
        `"__metadata__": current name is "${name}"`,
    });
  }
});

Deno.test("encodeSafetensors() refuses an array that does not fit its shape", () => {
  const array = { ...float32([2], [1, 2]), shape: [3] };
  assert.throws(() => encodeSafetensors([["w", array]], {}), {
    name: "TypeError",
    message: 'Cannot encode tensor "w" of shape [3]: it needs 3 values: ' +
      "current count is 2",
  });
});

Deno.test("writeSafetensors() leaves the file as it was when it refuses", () =>
  withFile(Uint8Array.of(1, 2), async (path) => {
    const array = { ...float32([2], [1, 2]), shape: [3] };
    await assert.rejects(writeSafetensors(path, [["w", array]], {}), TypeError);
    assert.deepEqual([...await Deno.readFile(path)], [1, 2]);
  }));
