import assert from "node:assert/strict";
import {
  BITS_PER_ELEMENT,
  isSafetensorsDType,
  parseSafetensorsHeader,
} from "lib/formats/safetensors/mod.ts";

const FIX = "; export or download the file again";

/** A header of one tensor, with fields to put in the place of right ones. */
function headerWith(fields: Record<string, unknown>): string {
  const tensor = { dtype: "F32", shape: [2], data_offsets: [0, 8], ...fields };
  return JSON.stringify({ w: tensor });
}

function tensors(
  offsets: Record<string, [number, number]>,
): string {
  return JSON.stringify(Object.fromEntries(
    Object.entries(offsets).map(([name, [begin, end]]) => [name, {
      dtype: "U8",
      shape: [end - begin],
      data_offsets: [begin, end],
    }]),
  ));
}

function refuses(json: string, dataBytes: number, problem: string): void {
  assert.throws(
    () => parseSafetensorsHeader(json, "m.safetensors", dataBytes),
    {
      name: "InputError",
      message: `Cannot read "m.safetensors": ${problem}${FIX}`,
    },
  );
}

Deno.test("parseSafetensorsHeader() reads every dtype of the format", () => {
  for (const [dtype, bits] of Object.entries(BITS_PER_ELEMENT)) {
    assert.ok(isSafetensorsDType(dtype));
    const json = headerWith({ dtype, shape: [4, 2], data_offsets: [0, bits] });
    assert.deepEqual(parseSafetensorsHeader(json, "m", bits), {
      metadata: {},
      entries: [{ name: "w", dtype, shape: [4, 2], begin: 0, end: bits }],
    });
  }
  assert.ok(!isSafetensorsDType("toString"));
});

Deno.test("parseSafetensorsHeader() sorts tensors by their place in the data", () => {
  const json = tensors({ "7": [4, 9], b: [4, 4], a: [0, 4] });
  const { entries } = parseSafetensorsHeader(json, "m", 9);
  assert.deepEqual(entries.map(({ name }) => name), ["a", "b", "7"]);
});

Deno.test("parseSafetensorsHeader() takes padding, scalars, empty tensors and odd names", () => {
  const json = '{"__metadata__":{"k":"v"},"__proto__":' +
    '{"dtype":"F64","shape":[],"data_offsets":[0,8],"later":1},"":' +
    '{"dtype":"I64","shape":[3,0],"data_offsets":[8,8]}}   ';
  const { metadata, entries } = parseSafetensorsHeader(json, "m", 8);
  assert.deepEqual(metadata, { k: "v" });
  assert.deepEqual(entries, [
    { name: "__proto__", dtype: "F64", shape: [], begin: 0, end: 8 },
    { name: "", dtype: "I64", shape: [3, 0], begin: 8, end: 8 },
  ]);
});

Deno.test("parseSafetensorsHeader() does not check the end of data of unknown size", () => {
  const json = tensors({ a: [0, 4_000_000_000] });
  assert.equal(parseSafetensorsHeader(json, "m").entries[0]!.end, 4e9);
});

Deno.test("parseSafetensorsHeader() refuses what is not a JSON object", () => {
  refuses(" {}", 0, 'the header must start with "{": it starts with " "');
  refuses("[]", 0, 'the header must start with "{": it starts with "["');
  refuses("", 0, 'the header must start with "{": it starts with ""');
  assert.throws(() => parseSafetensorsHeader('{"a":', "m", 0), {
    name: "InputError",
    message:
      /^Cannot read "m": the header must be JSON: .*; export or download/,
  });
});

Deno.test("parseSafetensorsHeader() refuses a name that occurs twice", () => {
  const one = '"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}';
  const twice = 'names in the header must be unique: "w" occurs twice';
  refuses(`{${one},${one}}`, 0, twice);
  refuses(
    '{"__metadata__":{"w":"1","w":"2"}}',
    0,
    twice,
  );
});

Deno.test("parseSafetensorsHeader() refuses metadata that is not text", () => {
  refuses(
    '{"__metadata__":{"step":7}}',
    0,
    'each value of the metadata must be a text: value of "step" is 7',
  );
  refuses(
    '{"__metadata__":["a"]}',
    0,
    'metadata must be a record: ["a"]',
  );
});

Deno.test("parseSafetensorsHeader() refuses an unknown dtype and lists those it knows", () => {
  const known = Object.keys(BITS_PER_ELEMENT).join(", ");
  const rule = `dtype of tensor "w" must be one of ${known}`;
  refuses(headerWith({ dtype: "float32" }), 8, `${rule}: "float32"`);
  refuses(headerWith({ dtype: "constructor" }), 8, `${rule}: "constructor"`);
  refuses(headerWith({ dtype: undefined }), 8, `${rule}: it is missing`);
});

Deno.test("parseSafetensorsHeader() refuses shapes and offsets that are no whole numbers", () => {
  const shapes = [[-1], [1.5], ["2"], 2, null];
  for (const shape of shapes) {
    refuses(
      headerWith({ shape }),
      8,
      'shape of tensor "w" must be a list of whole numbers from 0: ' +
        JSON.stringify(shape),
    );
  }
  for (const offsets of [[0], [0, 4, 8], [-8, 0], [0, 2 ** 53], "0,8"]) {
    refuses(
      headerWith({ data_offsets: offsets }),
      8,
      'data_offsets of tensor "w" must be two whole numbers from 0: ' +
        JSON.stringify(offsets),
    );
  }
  refuses('{"w":[1]}', 0, 'tensor "w" must be a record: [1]');
});

Deno.test("parseSafetensorsHeader() refuses a size that numbers cannot hold", () => {
  const rule = 'size of tensor "w" must be below 2^53 bits: its shape is';
  const large = 2 ** 52;
  refuses(
    headerWith({ shape: [large, large] }),
    8,
    `${rule} [${large},${large}]`,
  );
  // Zero times infinity must not count as empty.
  const huge = Array.from({ length: 25 }, () => large);
  refuses(
    headerWith({ shape: [...huge, 0], data_offsets: [0, 0] }),
    0,
    `${rule} ${`[${huge.join(",")}`.slice(0, 100)}...`,
  );
});

Deno.test("parseSafetensorsHeader() refuses bytes that do not fit dtype and shape", () => {
  refuses(
    headerWith({ shape: [3] }),
    8,
    'tensor "w" of dtype F32 and shape [3] must take 12 bytes: ' +
      "its data_offsets [0,8] give 8",
  );
  refuses(
    headerWith({ data_offsets: [8, 0] }),
    8,
    'tensor "w" of dtype F32 and shape [2] must take 8 bytes: ' +
      "its data_offsets [8,0] give -8",
  );
  refuses(
    headerWith({ dtype: "F4", shape: [3], data_offsets: [0, 2] }),
    2,
    'tensor "w" of dtype F4 and shape [3] must take 1.5 bytes: ' +
      "its data_offsets [0,2] give 2",
  );
});

Deno.test("parseSafetensorsHeader() refuses tensors that overlap or leave holes", () => {
  const rule = (name: string, byte: number): string =>
    `tensor "${name}" must begin at byte ${byte} of the data, ` +
    "where the one before it ends";
  refuses(
    tensors({ a: [0, 4], b: [3, 7] }),
    7,
    `${rule("b", 4)}: it begins at byte 3, so the two overlap`,
  );
  refuses(
    tensors({ a: [0, 4], b: [5, 7] }),
    7,
    `${rule("b", 4)}: it begins at byte 5, so the two leave a hole`,
  );
  refuses(
    tensors({ a: [1, 4] }),
    4,
    `${rule("a", 0)}: it begins at byte 1, so the two leave a hole`,
  );
});

Deno.test("parseSafetensorsHeader() refuses more and less data than it describes", () => {
  const rule = "the header describes 4 bytes of data, " +
    "and the file must hold as many";
  refuses(tensors({ a: [0, 4] }), 3, `${rule}: it holds 3`);
  refuses(tensors({ a: [0, 4] }), 5, `${rule}: it holds 5`);
});

Deno.test("parseSafetensorsHeader() shortens and escapes what it quotes from the file", () => {
  const name = "\x1b[31m" + "x".repeat(1000);
  const shown = `"\\u001b[31m${"x".repeat(95)}..."`;
  refuses(
    JSON.stringify({ [name]: 1 }),
    0,
    `tensor ${shown} must be a record: 1`,
  );
});

Deno.test("parseSafetensorsHeader() refuses numbers that are not written as whole ones", () => {
  for (const number of ["8.0", "8e0", "0.8e1", "-8", "9007199254740993"]) {
    refuses(
      `{"w":{"dtype":"U8","shape":[${number}],"data_offsets":[0,8]}}`,
      8,
      `shape of tensor "w" must be a list of whole numbers from 0: [${number}]`,
    );
    refuses(
      `{"w":{"dtype":"U8","shape":[8],"data_offsets":[0,${number}]}}`,
      8,
      'data_offsets of tensor "w" must be two whole numbers from 0: ' +
        `[0,${number}]`,
    );
  }
  refuses(
    '{"w":{"dtype":"U8","shape":[8],"data_offsets":[-0,8]}}',
    8,
    'data_offsets of tensor "w" must be two whole numbers from 0: [-0,8]',
  );
  const other = '{"w":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"x":1.5}}';
  assert.equal(parseSafetensorsHeader(other, "m", 8).entries.length, 1);
});
