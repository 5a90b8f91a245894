import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { GraphBuilder } from "lib/compiler/ir/builder.ts";
import { printGraph, trace } from "lib/compiler/mod.ts";
import { int32, zeros } from "lib/core/mod.ts";

Deno.test("printGraph() shows attributes, and the first values of a constant", () => {
  const graph = trace(
    ({ x }) => ({
      y: tf.matMul(
        x as tf.Tensor2D,
        tf.tensor2d([[0.1, 2, 3], [4, 5, 6]]),
        true,
      ),
      most: tf.max(x, 0, true),
    }),
    { x: zeros([2, 3]) },
  );
  assert.equal(
    printGraph({
      ...graph,
      nodes: graph.nodes.slice(0, 3),
      outputs: graph.outputs.slice(0, 1),
    }),
    [
      "%x = Input() : float32[2,3]",
      "%1 = Constant([0.1, 2, 3, 4, ...]) : float32[2,3]",
      "%2 = MatMul(%x, %1, transposeA=true, transposeB=false) : float32[3,3]",
      "return { y: %2 }",
    ].join("\n"),
  );
});

Deno.test("printGraph() numbers nodes by where they stand, not by when they were made", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "int32", []);
  builder.op("Neg", [x], {});
  const kept = builder.op("Abs", [x], {});
  const graph = builder.graph([{ name: "y", node: kept }]);
  assert.equal(
    printGraph({ ...graph, nodes: [x, kept] }),
    "%x = Input() : int32[]\n%1 = Abs(%x) : int32[]\nreturn { y: %1 }",
  );
});

Deno.test("printGraph() marks a value that is not in the graph", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", []);
  const y = builder.op("Exp", [x], {});
  const graph = builder.graph([{ name: "y", node: x }, { name: "z", node: y }]);
  assert.equal(
    printGraph({ ...graph, nodes: [y] }),
    "%0 = Exp(%?) : float32[]\nreturn { y: %?, z: %0 }",
  );
});

Deno.test("printGraph() shows a traced gradient", () => {
  const graph = trace(
    ({ w, x, i }) => ({
      gradient: tf.grad((w) =>
        tf.mean(
          tf.square(
            tf.matMul(
              tf.gather(x, i as tf.Tensor1D) as tf.Tensor2D,
              w as tf.Tensor2D,
            ),
          ),
        )
      )(w),
    }),
    { w: zeros([3, 2]), x: zeros([4, 3]), i: int32([2], [0, 1]) },
  );
  assert.deepEqual(printGraph(graph).split("\n"), [
    "%w = Input() : float32[3,2]",
    "%x = Input() : float32[4,3]",
    "%i = Input() : int32[2]",
    // An index below zero is moved to where the runtime refuses it.
    "%3 = Constant([0]) : int32[]",
    "%4 = Less(%i, %3) : bool[2]",
    "%5 = Constant([4]) : int32[]",
    "%6 = Sub(%i, %5) : int32[2]",
    "%7 = Where(%4, %6, %i) : int32[2]",
    "%8 = Gather(%x, %7, axis=0) : float32[2,3]",
    "%9 = MatMul(%8, %w, transposeA=false, transposeB=false) : float32[2,2]",
    "%10 = Mul(%9, %9) : float32[2,2]",
    "%11 = ReduceMean(%10, axes=[0,1], keepDims=false) : float32[]",
    "%12 = Constant([1]) : float32[]",
    "%13 = Reshape(%12, shape=[1,1]) : float32[1,1]",
    "%14 = Constant([1]) : float32[]",
    "%15 = Expand(%14, shape=[2,2]) : float32[2,2]",
    "%16 = Mul(%13, %15) : float32[2,2]",
    "%17 = Constant([4]) : float32[]",
    "%18 = Div(%16, %17) : float32[2,2]",
    "%19 = Constant([2]) : float32[]",
    "%20 = Mul(%9, %19) : float32[2,2]",
    "%21 = Mul(%18, %20) : float32[2,2]",
    "%22 = MatMul(%8, %21, transposeA=true, transposeB=false) : float32[3,2]",
    "return { gradient: %22 }",
  ]);
});
