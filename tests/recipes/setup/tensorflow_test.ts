import assert from "node:assert/strict";
import { dirname } from "node:path";
import { findTensorFlow } from "lib/recipes/setup/tensorflow.ts";

async function withFiles(
  files: readonly string[],
  check: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const file of files) {
      await Deno.mkdir(dirname(`${folder}/${file}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${file}`, "");
    }
    await check(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const HEADER = "include/tensorflow/c/c_api.h";
const WHEEL = [
  HEADER,
  "libtensorflow_cc.so.2",
  "libtensorflow_framework.so.2",
];

Deno.test("findTensorFlow() takes the folder of a wheel", async () => {
  await withFiles(WHEEL, async (folder) => {
    assert.deepEqual(await findTensorFlow(`${folder}/`), {
      headers: `${folder}/include`,
      folder,
      files: ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"],
    });
  });
});

Deno.test("findTensorFlow() takes a Python environment", async () => {
  const inside = "lib/python3.12/site-packages/tensorflow";
  await withFiles(WHEEL.map((file) => `${inside}/${file}`), async (folder) => {
    const found = await findTensorFlow(folder);
    assert.equal(found.folder, `${folder}/${inside}`);
  });
});

Deno.test("findTensorFlow() takes the C library", async () => {
  await withFiles([
    HEADER,
    "lib/libtensorflow.so.2",
    "lib/libtensorflow_framework.so.2",
  ], async (folder) => {
    assert.deepEqual(await findTensorFlow(folder), {
      headers: `${folder}/include`,
      folder: `${folder}/lib`,
      files: ["libtensorflow.so.2", "libtensorflow_framework.so.2"],
    });
  });
});

Deno.test("findTensorFlow() says where it looked and how to get one", async () => {
  await withFiles([HEADER], async (folder) => {
    await assert.rejects(() => findTensorFlow(folder), {
      name: "InputError",
      message: "Cannot find TensorFlow: --tensorflow must be a folder with " +
        "tensorflow/c/c_api.h under include, and libtensorflow_cc.so.2 and " +
        "libtensorflow_framework.so.2 (a Python wheel) or " +
        `lib/libtensorflow.so.2 (the C library): searched ${folder}; ` +
        "install one, such as: python3 -m venv tf && tf/bin/pip install " +
        '"tensorflow[and-cuda]" (or tensorflow-cpu without a card), and pass ' +
        "--tensorflow tf",
    });
  });
});
