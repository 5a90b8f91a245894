import assert from "node:assert/strict";
import ort from "onnxruntime-node";
import { type OnnxGraph, writeOnnx } from "lib/formats/onnx/mod.ts";

/** `y = x + a + b`, with two stored vectors of 3. */
function sumGraph(a: readonly number[], b: readonly number[]): OnnxGraph {
  const type = { dtype: "float32", shape: [3] } as const;
  const stored = (name: string, values: readonly number[]) => ({
    name,
    ...type,
    bytes: new Uint8Array(new Float32Array(values).buffer),
  });
  return {
    name: "sum",
    nodes: [
      { operator: "Add", inputs: ["x", "a"], outputs: ["t"], attributes: {} },
      { operator: "Add", inputs: ["t", "b"], outputs: ["y"], attributes: {} },
    ],
    initializers: [stored("a", a), stored("b", b)],
    inputs: [{ name: "x", ...type }],
    outputs: [{ name: "y", ...type }],
  };
}

/** What the runtime makes of the file, for `x` of (1, 2, 3). */
async function resultOf(path: string): Promise<number[]> {
  const session = await ort.InferenceSession.create(path);
  const x = new ort.Tensor("float32", Float32Array.of(1, 2, 3), [3]);
  const { y } = await session.run({ x });
  await session.release();
  return [...y!.data as Float32Array];
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("writeOnnx() puts large tensors into a file beside it, which the runtime reads", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/sum.onnx`;
  await writeOnnx(path, sumGraph([10, 20, 30], [100, 200, 300]), {
    mostInside: 23,
  });
  const [model, data] = filesIn(folder);
  assert.equal(model, "sum.onnx");
  assert.match(data!, /^sum\.onnx\.[0-9a-f]{12}\.data$/);
  // The second vector begins at a page of its own.
  assert.equal(Deno.statSync(`${folder}/${data}`).size, 65_536 + 12);
  assert.deepEqual(await resultOf(path), [111, 222, 333]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("writeOnnx() replaces a model and its tensors, and touches no others", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/sum.onnx`;
  const other = "other.onnx.0123456789ab.data";
  Deno.writeTextFileSync(`${folder}/${other}`, "not ours");
  await writeOnnx(path, sumGraph([1, 1, 1], [1, 1, 1]), { mostInside: 0 });
  const before = filesIn(folder);
  await writeOnnx(path, sumGraph([2, 2, 2], [1, 1, 1]), { mostInside: 0 });
  const after = filesIn(folder);
  assert.equal(after.length, 3);
  assert.ok(after.includes(other));
  assert.notDeepEqual(after, before);
  assert.deepEqual(await resultOf(path), [4, 5, 6]);
  await writeOnnx(path, sumGraph([3, 3, 3], [1, 1, 1]));
  assert.deepEqual(filesIn(folder), [other, "sum.onnx"]);
  assert.deepEqual(await resultOf(path), [5, 6, 7]);
  await Deno.remove(folder, { recursive: true });
});
