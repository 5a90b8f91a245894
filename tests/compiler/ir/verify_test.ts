import assert from "node:assert/strict";
import { GraphBuilder } from "lib/compiler/ir/builder.ts";
import type { Graph, Node } from "lib/compiler/ir/graph.ts";
import { GraphError, verifyGraph } from "lib/compiler/ir/verify.ts";

/** `y = exp(x + x)`, to be broken. */
function sample(): { graph: Graph; x: Node; sum: Node; y: Node } {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", [2]);
  const sum = builder.op("Add", [x, x], {});
  const y = builder.op("Exp", [sum], {});
  return { graph: builder.graph([{ name: "y", node: y }]), x, sum, y };
}

function assertBroken(graph: Graph, rule: string): void {
  assert.throws(() => verifyGraph(graph, "a pass"), (error) => {
    assert.ok(error instanceof GraphError);
    assert.equal(error.message, `Graph after "a pass" is wrong${rule}`);
    return true;
  });
}

Deno.test("verifyGraph() returns a graph that is right", () => {
  const { graph } = sample();
  assert.equal(verifyGraph(graph, "a pass"), graph);
});

Deno.test("verifyGraph() refuses a node that stands after its user", () => {
  const { graph, x, sum, y } = sample();
  assertBroken(
    { ...graph, nodes: [x, y, sum] },
    " at Exp #2: its input Add #1 must stand before it",
  );
});

Deno.test("verifyGraph() refuses a node that reads one of another graph", () => {
  const { graph, x, y } = sample();
  assertBroken(
    { ...graph, nodes: [x, y] },
    " at Exp #2: its input Add #1 must stand before it",
  );
});

Deno.test("verifyGraph() refuses a node that stands twice", () => {
  const { graph, x, sum, y } = sample();
  assertBroken(
    { ...graph, nodes: [x, sum, sum, y] },
    " at Add #1: a node must stand once",
  );
});

Deno.test("verifyGraph() refuses a type that the operation does not give", () => {
  const { graph, x, sum } = sample();
  const y = { ...sum, id: 2, type: { dtype: "float32", shape: [3] } } as Node;
  assertBroken(
    { ...graph, nodes: [x, y], outputs: [{ name: "y", node: y }] },
    " at Add #2: its type must be float32[2]: current type is float32[3]",
  );
  const z = { ...sum, id: 2, type: { dtype: "int32", shape: [2] } } as Node;
  assertBroken(
    { ...graph, nodes: [x, z], outputs: [{ name: "y", node: z }] },
    " at Add #2: its type must be float32[2]: current type is int32[2]",
  );
});

Deno.test("verifyGraph() refuses inputs that the operation is not defined for", () => {
  const { graph, x, sum } = sample();
  const y = { ...sum, op: "And" } as Node;
  assert.throws(
    () => verifyGraph({ ...graph, nodes: [x, y], outputs: [] }, "a pass"),
    {
      name: "OpTypeError",
      message:
        "And: inputs must be (bool, bool): current inputs are (float32[2], float32[2])",
    },
  );
});

Deno.test("verifyGraph() refuses an output that is not in the graph", () => {
  const { graph, x, sum } = sample();
  assertBroken(
    { ...graph, nodes: [x, sum] },
    ' at Exp #2: "y" must be a node of the graph',
  );
});

Deno.test("verifyGraph() refuses an input that is listed but not in the graph", () => {
  const { graph } = sample();
  assertBroken(
    { ...graph, nodes: [], outputs: [] },
    ' at Input #0: "x" must be a node of the graph',
  );
});

Deno.test("verifyGraph() refuses an Input node that is not listed", () => {
  const { graph } = sample();
  assertBroken(
    { ...graph, inputs: [] },
    " at Input #0: every Input node must be listed as an input",
  );
});

Deno.test("verifyGraph() refuses one name for two inputs or two outputs", () => {
  const { graph, x, y } = sample();
  const outputs = [{ name: "y", node: y }, { name: "y", node: x }];
  const rule = ": names of inputs and of outputs must be unique";
  assertBroken({ ...graph, outputs }, rule);
  assertBroken({ ...graph, inputs: [...graph.inputs, ...graph.inputs] }, rule);
});
