import assert from "node:assert/strict";
import type { NdArray } from "lib/core/mod.ts";
import { openStateDict } from "lib/formats/pytorch/mod.ts";

const FILES = new URL("files/", import.meta.url).pathname;

async function arraysOf(name: string): Promise<Record<string, NdArray>> {
  using state = await openStateDict(FILES + name);
  return Object.fromEntries(
    [...state.tensors].map(([name, tensor]) => [name, tensor.read()]),
  );
}

for (const name of ["today.pt", "before_1_6.pth", "nested.pt"]) {
  Deno.test(`openStateDict() reads every type, views and strides of ${name}`, async () => {
    const arrays = await arraysOf(name);
    const listed = Object.entries(arrays).map((
      [name, { dtype, shape, data }],
    ) => [name, dtype, shape, [...data]] as const);
    const third = Math.fround(1e-3);
    assert.deepEqual(listed, [
      ["float", "float32", [2, 2], [1.5, -2, 0.25, third]],
      ["half", "float32", [2], [0.5, -3]],
      ["bfloat", "float32", [2], [1, -0.15625]],
      ["double", "float32", [1], [Math.fround(0.1)]],
      ["long", "int32", [], [7]],
      ["int", "int32", [2], [-5, 6]],
      ["short", "int32", [1], [-300]],
      ["char", "int32", [1], [-1]],
      ["byte", "int32", [1], [255]],
      ["bool", "bool", [2], [1, 0]],
      [
        "transposed",
        "float32",
        [4, 3],
        [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11],
      ],
      ["row", "float32", [4], [4, 5, 6, 7]],
      ["empty", "float32", [0, 3], []],
      ["parameter", "float32", [1], [2]],
    ]);
  });
}

Deno.test("openStateDict() lists names and shapes before it reads a number", async () => {
  using state = await openStateDict(`${FILES}today.pt`);
  assert.equal(state.tensors.size, 14);
  assert.deepEqual(state.tensors.get("transposed")!.shape, [4, 3]);
});

Deno.test("openStateDict() refuses a pickle that would run code, and runs nothing", async () => {
  for (const name of ["evil.pt", "evil_before_1_6.pth"]) {
    await assert.rejects(openStateDict(FILES + name), {
      name: "InputError",
      message: `Cannot read "${FILES}${name}": its pickle must hold tensors ` +
        `and dictionaries alone: it names "posix.system", which would ` +
        `run code; save the state dictionary alone, or do not trust the file`,
    });
  }
});

Deno.test("openStateDict() says what else is wrong with a file", async () => {
  const cases: [name: string, message: RegExp][] = [
    ["missing.pt", /it must be a file: there is none; check the path$/],
    ["", /it must be a file: it is a folder or a device/],
    [
      "../make_files.py",
      /it must be a file of torch\.save: it begins otherwise/,
    ],
    [
      "no_pickle.zip",
      /it must be a file of torch\.save: it is an archive without data\.pkl/,
    ],
    [
      "compressed.pt",
      /its files must be stored as they are: "today\/data\.pkl" is compressed/,
    ],
    [
      "list.pt",
      /it must hold a dictionary of tensors: it holds something else/,
    ],
    [
      "with_a_number.pt",
      /it must hold a dictionary of tensors: entry "epoch" is none/,
    ],
  ];
  for (const [name, message] of cases) {
    await assert.rejects(openStateDict(FILES + name), {
      name: "InputError",
      message,
    });
  }
  using big = await openStateDict(`${FILES}big_number.pt`);
  assert.throws(() => big.tensors.get("big")!.read(), {
    name: "InputError",
    message:
      /whole numbers must fit 32 bits: tensor "big" of shape \[1\] holds 1099511627776/,
  });
});

Deno.test("openStateDict() of a file cut off anywhere is an InputError, never another", async () => {
  const path = await Deno.makeTempFile();
  for (const name of ["today.pt", "before_1_6.pth"]) {
    const whole = await Deno.readFile(FILES + name);
    for (let length = 0; length < whole.length; length += 97) {
      await Deno.writeFile(path, whole.subarray(0, length));
      await assert.rejects(
        async () => {
          using state = await openStateDict(path);
          for (const tensor of state.tensors.values()) tensor.read();
        },
        { name: "InputError" },
        `${name} of ${length} bytes`,
      );
    }
  }
  await Deno.remove(path);
});

Deno.test("openStateDict() reads a file with one changed byte or throws an InputError", async () => {
  const path = await Deno.makeTempFile();
  for (const name of ["today.pt", "before_1_6.pth"]) {
    const whole = await Deno.readFile(FILES + name);
    for (let at = 0; at < whole.length; at += 11) {
      const changed = whole.slice();
      changed[at] = changed[at]! ^ 0x5a;
      await Deno.writeFile(path, changed);
      try {
        using state = await openStateDict(path);
        for (const tensor of state.tensors.values()) tensor.read();
      } catch (error) {
        assert.equal(
          (error as Error).name,
          "InputError",
          `${name}, byte ${at}: ${(error as Error).stack}`,
        );
      }
    }
  }
  await Deno.remove(path);
});

Deno.test("a state dictionary that was disposed of reads no tensor", async () => {
  const state = await openStateDict(`${FILES}today.pt`);
  state[Symbol.dispose]();
  state[Symbol.dispose]();
  assert.throws(() => state.tensors.get("float")!.read(), {
    name: "DisposedError",
    message: /^Cannot use file ".*today\.pt": it must not be disposed of yet/,
  });
});
