import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { printGraph, trace } from "lib/compiler/mod.ts";
import {
  joinArrays,
  joinTransfers,
  splitArrays,
} from "lib/compiler/passes/joined_transfers.ts";
import { float32, int32, scalar, zeros } from "lib/core/mod.ts";

const INPUTS = {
  a: float32([2, 2], [1, 2, 3, 4]),
  b: scalar(5),
  ids: int32([1], [0]),
  places: int32([1], [1]),
  large: zeros([200, 100]),
  state: scalar(6),
};

const graph = trace(
  ({ a, b, ids, places, large, state }) => ({
    sum: tf.add(tf.sum(large), tf.mul(a, b)),
    picked: tf.gather(a, tf.add(ids, places) as tf.Tensor1D),
    state: tf.add(state, 1),
    same: b,
  }),
  INPUTS,
);

Deno.test("joinTransfers() joins small float32 values", () => {
  const joined = joinTransfers(graph, (name) => name !== "state");
  assert.deepEqual(
    joined.graph.inputs.map(({ name, node }) => [name, node.type.shape]),
    [
      ["joined inputs", [5]],
      ["ids", [1]],
      ["places", [1]],
      ["large", [200, 100]],
      ["state", []],
    ],
  );
  assert.deepEqual(
    joined.graph.outputs.map(({ name, node }) => [name, node.type.shape]),
    [["state", []], ["joined outputs", [7]]],
  );
  const [, begin] = /Slice\(%joined.*?, begin=\[(4)\], size=\[1\]/.exec(
    printGraph(joined.graph),
  )!;
  assert.equal(begin, "4", "b lies behind a");
});

Deno.test("joinTransfers() leaves a graph as it is where nothing is joined", () => {
  assert.equal(joinTransfers(graph, () => false).graph, graph);
  assert.equal(joinTransfers(graph, (name) => name === "a").graph, graph);
});

Deno.test("splitArrays() gives back what joinArrays() joined", () => {
  const { inputs } = joinTransfers(graph, (name) => name !== "state");
  const arrays = new Map(Object.entries(INPUTS));
  const joined = joinArrays(arrays, inputs);
  assert.deepEqual(
    joined.get("joined inputs"),
    float32([5], [1, 2, 3, 4, 5]),
  );
  const split = splitArrays(joined, inputs);
  assert.equal(split.size, arrays.size);
  for (const [name, array] of arrays) {
    assert.deepEqual(split.get(name), array);
  }
});
