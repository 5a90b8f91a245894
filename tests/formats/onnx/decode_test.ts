import assert from "node:assert/strict";
import { decodeOnnx, encodeOnnx } from "lib/formats/onnx/mod.ts";

Deno.test("decodeOnnx() gives back nodes, names, shapes and whole numbers", () => {
  const x = { name: "x", dtype: "float32", shape: [2, 6] } as const;
  const sizes = new BigInt64Array([3n, -1n]);
  const graph = decodeOnnx(encodeOnnx({
    name: "turn",
    nodes: [
      {
        operator: "Reshape",
        inputs: ["x", "sizes"],
        outputs: ["shaped"],
        attributes: { allowzero: { int: 1 } },
      },
      {
        operator: "Transpose",
        inputs: ["shaped"],
        outputs: ["y"],
        attributes: { perm: { ints: [1, 0] } },
      },
    ],
    initializers: [{
      name: "sizes",
      dtype: "int64",
      shape: [2],
      bytes: new Uint8Array(sizes.buffer),
    }],
    inputs: [x],
    outputs: [{ name: "y", dtype: "float32", shape: [4, 3] }],
  }));
  assert.deepEqual(graph.nodes, [
    {
      operator: "Reshape",
      inputs: ["x", "sizes"],
      outputs: ["shaped"],
      integers: { allowzero: [1] },
    },
    {
      operator: "Transpose",
      inputs: ["shaped"],
      outputs: ["y"],
      integers: { perm: [1, 0] },
    },
  ]);
  assert.deepEqual(Object.fromEntries(graph.shapes), {
    x: [2, 6],
    y: [4, 3],
    sizes: [2],
  });
  assert.deepEqual(graph.int64.get("sizes"), [3, -1]);
  assert.deepEqual([graph.inputs, graph.outputs], [["x"], ["y"]]);
});
