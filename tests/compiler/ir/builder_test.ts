import assert from "node:assert/strict";
import { GraphBuilder } from "lib/compiler/ir/builder.ts";
import type { Node } from "lib/compiler/ir/graph.ts";
import { printGraph } from "lib/compiler/mod.ts";

const PAIR = [["x", "float32", [2, 3]]] as const;

/** The lines of a graph made from the inputs listed, without the inputs. */
function built(
  inputs:
    readonly (readonly [string, "float32" | "int32", readonly number[]])[],
  make: (builder: GraphBuilder, ...inputs: Node[]) => Node,
): string[] {
  const builder = new GraphBuilder();
  const nodes = inputs.map((input) => builder.input(...input));
  const node = make(builder, ...nodes);
  return printGraph(builder.graph([{ name: "y", node }])).split("\n").slice(
    inputs.length,
    -1,
  );
}

Deno.test("constant() keeps one value of many that are the same, and expands it", () => {
  assert.deepEqual(
    built(
      [],
      (b) => b.constant(new Float32Array(6).fill(0.5), "float32", [2, 3]),
    ),
    [
      "%0 = Constant([0.5]) : float32[]",
      "%1 = Expand(%0, shape=[2,3]) : float32[2,3]",
    ],
  );
});

Deno.test("constant() takes NaN for one value, and 0 and -0 for two", () => {
  const values = (...list: number[]) =>
    built([], (b) => b.constant(new Float32Array(list), "float32", [2])).length;
  assert.equal(values(NaN, NaN), 2);
  assert.equal(values(0, -0), 1);
  assert.equal(values(1, 2), 1);
});

Deno.test("constant() refuses a shape that the values do not fill", () => {
  assert.throws(
    () => new GraphBuilder().constant(new Float32Array([1, 2]), "float32", [3]),
    {
      name: "TypeError",
      message:
        "Cannot make a constant of shape [3]: it needs 3 values: current count is 2",
    },
  );
});

Deno.test("elementwise() lets a scalar stay one where the other input gives the shape", () => {
  for (const shape of [[2, 3], [3], [1, 3], [1], []]) {
    assert.deepEqual(
      built(
        PAIR,
        (b, x) => b.elementwise("Add", x!, b.fill(2, "float32", shape)),
      ).at(-1),
      `%${shape.length === 0 ? 2 : 3} = Add(%x, %1) : float32[2,3]`,
    );
  }
  assert.equal(
    built(
      PAIR,
      (b, x) => b.elementwise("Sub", b.fill(2, "float32", [2, 3]), x!),
    ).at(-1),
    "%3 = Sub(%1, %x) : float32[2,3]",
  );
});

Deno.test("elementwise() keeps an expansion that gives the result its shape", () => {
  const cases = [
    { x: [], filled: [2, 3], result: "[2,3]" },
    { x: [3], filled: [2, 3], result: "[2,3]" },
    { x: [2, 1], filled: [2, 3], result: "[2,3]" },
    { x: [2, 1], filled: [3], result: "[2,3]" },
    { x: [3], filled: [1, 3], result: "[1,3]" },
    { x: [], filled: [1], result: "[1]" },
  ];
  for (const { x: shape, filled, result } of cases) {
    for (const swapped of [false, true]) {
      const lines = built([["x", "float32", shape]], (b, x) => {
        const two = b.fill(2, "float32", filled);
        return swapped
          ? b.elementwise("Mul", two, x!)
          : b.elementwise("Mul", x!, two);
      });
      assert.equal(
        lines.at(-1),
        `%3 = Mul(${swapped ? "%2, %x" : "%x, %2"}) : float32${result}`,
      );
    }
  }
});

Deno.test("elementwise() of two expansions keeps the larger", () => {
  assert.equal(
    built(
      [],
      (b) =>
        b.elementwise(
          "Add",
          b.fill(1, "float32", [2, 3]),
          b.fill(2, "float32", [3]),
        ),
    ).at(-1),
    "%4 = Add(%1, %2) : float32[2,3]",
  );
  assert.equal(
    built(
      [],
      (b) =>
        b.elementwise(
          "Add",
          b.fill(1, "float32", [2, 3]),
          b.fill(2, "float32", [2, 3]),
        ),
    ).at(-1),
    "%4 = Add(%0, %3) : float32[2,3]",
  );
});

Deno.test("what would change nothing adds no node", () => {
  const unchanged: ((b: GraphBuilder, x: Node) => Node)[] = [
    (b, x) => b.reshape(x, [2, 3]),
    (b, x) => b.transpose(x, [0, 1]),
    (b, x) => b.expand(x, [2, 3]),
    (b, x) => b.cast(x, "float32"),
    (b, x) => b.slice(x, [0, 0], [2, 3]),
    (b, x) => b.pad(x, [[0, 0], [0, 0]]),
    (b, x) => b.concat([x], 1),
  ];
  for (const make of unchanged) {
    assert.deepEqual(built(PAIR, (b, x) => make(b, x!)), []);
  }
});

Deno.test("reshape() of an expanded scalar expands it to the other shape", () => {
  assert.deepEqual(
    built([], (b) => b.reshape(b.fill(1, "int32", [6]), [2, 3])),
    [
      "%0 = Constant([1]) : int32[]",
      "%1 = Expand(%0, shape=[6]) : int32[6]",
      "%2 = Expand(%0, shape=[2,3]) : int32[2,3]",
    ],
  );
});

Deno.test("add() names the operation, the rule and the types of what does not fit", () => {
  const cases: [(b: GraphBuilder, x: Node, i: Node) => unknown, string][] = [
    [
      (b, x, i) => b.op("Add", [x, i], {}),
      "Add: inputs must have one element type: current inputs are (float32[2,3], int32[2])",
    ],
    [
      (b, x) => b.op("Exp", [x, x], {}),
      "Exp: inputs must be (float32): current inputs are (float32[2,3], float32[2,3])",
    ],
    [
      (b, _, i) => b.op("Exp", [i], {}),
      "Exp: inputs must be (float32): current inputs are (int32[2])",
    ],
    [
      (b, x) => b.op("Mul", [x, b.fill(1, "float32", [2])], {}),
      "Mul: shapes must broadcast: current inputs are (float32[2,3], float32[2])",
    ],
    [
      (b, x) => b.op("ReduceSum", [x], { axes: [2], keepDims: true }),
      "ReduceSum: axis must be in [0, 2): current axis is 2: current inputs are (float32[2,3])",
    ],
    [
      (b, x) => b.op("Reshape", [x], { shape: [5] }),
      "Reshape: reshape to [5] must keep the number of elements: current inputs are (float32[2,3])",
    ],
    [
      (b, x) => b.op("Transpose", [x], { permutation: [0, 0] }),
      "Transpose: permutation [0,0] must name each axis once: current inputs are (float32[2,3])",
    ],
    [
      (b, x) =>
        b.op("Slice", [x], { begin: [0, 1], size: [2, 3], steps: [1, 1] }),
      "Slice: slice begin [0,1] size [2,3] steps [1,1] must lie inside: current inputs are (float32[2,3])",
    ],
    [
      (b, x) =>
        b.op("MatMul", [x, x], { transposeA: false, transposeB: false }),
      "MatMul: inner sizes must agree (3, 2): current inputs are (float32[2,3], float32[2,3])",
    ],
    [
      (b, x) => b.op("Concat", [x, b.fill(0, "float32", [2])], { axis: 0 }),
      "Concat: all but axis 0 must agree: current inputs are (float32[2,3], float32[2])",
    ],
    [
      (b, x, i) => b.op("ScatterAdd", [x, b.concat([i, i], 0)], { rows: 3 }),
      "ScatterAdd: updates [I,...] and indices [I] must agree: current inputs are (float32[2,3], int32[4])",
    ],
  ];
  for (const [make, message] of cases) {
    assert.throws(
      () =>
        built(
          [["x", "float32", [2, 3]], ["i", "int32", [2]]],
          (b, x, i) => make(b, x!, i!) as Node,
        ),
      { name: "OpTypeError", message },
    );
  }
});
