import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  lossAndGradients,
  printGraph,
  remat,
  trace,
} from "lib/compiler/mod.ts";
import { cancelTransposes } from "lib/compiler/passes/cancel_transposes.ts";
import { mergeCommonSubexpressions } from "lib/compiler/passes/common_subexpressions.ts";
import { removeDeadCode } from "lib/compiler/passes/dead_code.ts";
import { cpuForms } from "lib/compiler/passes/cpu_forms.ts";
import { foldConstants } from "lib/compiler/passes/fold_constants.ts";
import { optimise } from "lib/compiler/passes/pipeline.ts";
import { verifyGraph } from "lib/compiler/ir/verify.ts";
import type { Graph } from "lib/compiler/ir/graph.ts";
import { zeros } from "lib/core/mod.ts";

const x = { x: zeros([2, 3]) };

/** The graph after a pass, without what the pass has left without use. */
function after(pass: (graph: Graph) => Graph, graph: Graph): string {
  return printGraph(removeDeadCode(verifyGraph(pass(graph), pass.name)));
}

Deno.test("mergeCommonSubexpressions() computes once what is computed twice", () => {
  const graph = trace(({ x }) => ({
    y: tf.add(tf.exp(tf.mul(x, 2)), tf.neg(tf.exp(tf.mul(x, 2)))),
    z: tf.sum(tf.exp(tf.mul(x, 3)), 1),
    zKept: tf.sum(tf.exp(tf.mul(x, 3)), 1, true),
  }), x);
  assert.equal(
    after(mergeCommonSubexpressions, graph),
    `%x = Input() : float32[2,3]
%1 = Constant([2]) : float32[]
%2 = Mul(%x, %1) : float32[2,3]
%3 = Exp(%2) : float32[2,3]
%4 = Neg(%3) : float32[2,3]
%5 = Add(%3, %4) : float32[2,3]
%6 = Constant([3]) : float32[]
%7 = Mul(%x, %6) : float32[2,3]
%8 = Exp(%7) : float32[2,3]
%9 = ReduceSum(%8, axes=[1], keepDims=false) : float32[2]
%10 = ReduceSum(%8, axes=[1], keepDims=true) : float32[2,1]
return { y: %5, z: %9, zKept: %10 }`,
  );
});

Deno.test("mergeCommonSubexpressions() tells 0 from -0 and does not touch barriers", () => {
  const signed = trace(({ x }) => ({
    a: tf.div(x, tf.scalar(0)),
    b: tf.div(x, tf.scalar(-0)),
  }), x);
  const text = after(mergeCommonSubexpressions, signed);
  assert.equal(text.split("Constant").length - 1, 2);

  const block = remat((
    _: Record<never, tf.Tensor>,
    { x }: { x: tf.Tensor },
  ) => tf.exp(tf.tanh(x)));
  const recomputed = trace(({ x }) =>
    lossAndGradients(
      (p: { x: tf.Tensor }) => ({ loss: tf.sum(block({}, p)), metrics: {} }),
      { x },
    ).gradients, x);
  const merged = after(mergeCommonSubexpressions, recomputed);
  assert.equal(merged.split("= Barrier(").length - 1, 1);
  assert.equal(
    optimise(trace(({ x }) => {
      const { loss, gradients } = lossAndGradients(
        (p: { x: tf.Tensor }) => ({ loss: tf.sum(block({}, p)), metrics: {} }),
        { x },
      );
      return { loss, ...gradients };
    }, x)).nodes.filter(({ op }) => op === "Tanh").length,
    2,
    "both computations of the block must be there",
  );
});

Deno.test("cancelTransposes() joins transposes, and drops those that undo each other", () => {
  const graph = trace(({ x }) => {
    const cube = tf.reshape(x, [1, 2, 3]);
    const turned = tf.transpose(cube, [1, 2, 0]);
    return {
      back: tf.neg(tf.transpose(turned, [2, 0, 1])),
      further: tf.transpose(turned, [1, 0, 2]),
    };
  }, x);
  assert.equal(
    after(cancelTransposes, graph),
    `%x = Input() : float32[2,3]
%1 = Reshape(%x, shape=[1,2,3]) : float32[1,2,3]
%2 = Neg(%1) : float32[1,2,3]
%3 = Transpose(%1, permutation=[2,1,0]) : float32[3,2,1]
return { back: %2, further: %3 }`,
  );
});

Deno.test("foldConstants() computes what is known and drops what changes nothing", () => {
  const graph = trace(({ x }) => ({
    known: tf.mul(x, tf.sqrt(tf.add(tf.scalar(7), tf.scalar(2)))),
    same: tf.exp(tf.sub(tf.div(tf.mul(x, 1), 1), 0)),
    wider: tf.mul(
      tf.scalar(1),
      tf.mul(tf.ones([1, 3]), tf.slice(x, [0, 0], [1, 1])),
    ),
    zero: tf.add(x, 0),
  }), x);
  assert.equal(
    after(foldConstants, graph),
    `%x = Input() : float32[2,3]
%1 = Constant([3]) : float32[]
%2 = Mul(%x, %1) : float32[2,3]
%3 = Exp(%x) : float32[2,3]
%4 = Constant([1]) : float32[]
%5 = Expand(%4, shape=[1,3]) : float32[1,3]
%6 = Slice(%x, begin=[0,0], size=[1,1], steps=[1,1]) : float32[1,1]
%7 = Mul(%5, %6) : float32[1,3]
%8 = Constant([0]) : float32[]
%9 = Add(%x, %8) : float32[2,3]
return { known: %2, same: %3, wider: %7, zero: %9 }`,
  );
});

Deno.test("foldConstants() rounds to float32 as the runtime would", () => {
  const graph = foldConstants(trace(({ x }) => ({
    y: tf.mul(x, tf.div(tf.scalar(1), tf.scalar(3))),
  }), x));
  const constants = graph.nodes.flatMap((node) =>
    node.op === "Constant" ? [...node.attributes.values] : []
  );
  assert.ok(constants.includes(Math.fround(1 / 3)));
});

Deno.test("optimise() runs all passes, and leaves nothing without use", () => {
  const graph = optimise(trace(({ x }) => {
    tf.exp(x);
    return {
      y: tf.transpose(tf.transpose(tf.mul(x, tf.add(tf.scalar(0.5), 0.5)))),
    };
  }, x));
  assert.equal(
    printGraph(graph),
    `%x = Input() : float32[2,3]
return { y: %x }`,
  );
});

Deno.test("cpuForms() sums many rows by a product with ones, and leaves other sums alone", () => {
  const graph = trace(({ x }) => ({
    rows: tf.sum(x, [0, 1]),
    kept: tf.sum(x, [0, 1], true),
    columns: tf.sum(x, 2),
    few: tf.sum(tf.slice(x, [0, 0, 0], [1, 8, 3]), [0, 1]),
  }), { x: zeros([2, 16, 3]) });
  assert.equal(
    after(cpuForms, graph),
    `%x = Input() : float32[2,16,3]
%1 = Constant([1]) : float32[]
%2 = Expand(%1, shape=[1,32]) : float32[1,32]
%3 = Reshape(%x, shape=[32,3]) : float32[32,3]
%4 = MatMul(%2, %3, transposeA=false, transposeB=false) : float32[1,3]
%5 = Reshape(%4, shape=[3]) : float32[3]
%6 = Constant([1]) : float32[]
%7 = Expand(%6, shape=[1,32]) : float32[1,32]
%8 = Reshape(%x, shape=[32,3]) : float32[32,3]
%9 = MatMul(%7, %8, transposeA=false, transposeB=false) : float32[1,3]
%10 = Reshape(%9, shape=[1,1,3]) : float32[1,1,3]
%11 = ReduceSum(%x, axes=[2], keepDims=false) : float32[2,16]
%12 = Slice(%x, begin=[0,0,0], size=[1,8,3], steps=[1,1,1]) : float32[1,8,3]
%13 = ReduceSum(%12, axes=[0,1], keepDims=false) : float32[3]
return { rows: %5, kept: %10, columns: %11, few: %13 }`,
  );
});

Deno.test("cpuForms() sums the rows of each matrix of a batch by a product with ones", () => {
  const graph = trace(({ x }) => ({
    each: tf.sum(x, 1),
    few: tf.sum(tf.slice(x, [0, 0, 0], [2, 8, 3]), 1),
  }), { x: zeros([2, 16, 3]) });
  assert.equal(
    after(cpuForms, graph),
    `%x = Input() : float32[2,16,3]
%1 = Constant([1]) : float32[]
%2 = Expand(%1, shape=[1,16]) : float32[1,16]
%3 = MatMul(%2, %x, transposeA=false, transposeB=false) : float32[2,1,3]
%4 = Reshape(%3, shape=[2,3]) : float32[2,3]
%5 = Slice(%x, begin=[0,0,0], size=[2,8,3], steps=[1,1,1]) : float32[2,8,3]
%6 = ReduceSum(%5, axes=[1], keepDims=false) : float32[2,3]
return { each: %4, few: %6 }`,
  );
});

Deno.test("cpuForms() sums products by one product of a row with a column", () => {
  const graph = trace(({ x, y }) => ({
    square: tf.sum(tf.square(x)),
    dot: tf.sum(tf.mul(x, y), [0, 1], true),
    rows: tf.sum(tf.mul(x, y), 1),
    spread: tf.sum(tf.mul(x, tf.slice(y, [0, 0], [1, 16]))),
  }), { x: zeros([4, 16]), y: zeros([4, 16]) });
  assert.equal(
    after(cpuForms, graph),
    `%x = Input() : float32[4,16]
%y = Input() : float32[4,16]
%2 = Reshape(%x, shape=[1,64]) : float32[1,64]
%3 = Reshape(%x, shape=[1,64]) : float32[1,64]
%4 = MatMul(%2, %3, transposeA=false, transposeB=true) : float32[1,1]
%5 = Reshape(%4, shape=[]) : float32[]
%6 = Reshape(%x, shape=[1,64]) : float32[1,64]
%7 = Reshape(%y, shape=[1,64]) : float32[1,64]
%8 = MatMul(%6, %7, transposeA=false, transposeB=true) : float32[1,1]
%9 = Mul(%x, %y) : float32[4,16]
%10 = ReduceSum(%9, axes=[1], keepDims=false) : float32[4]
%11 = Slice(%y, begin=[0,0], size=[1,16], steps=[1,1]) : float32[1,16]
%12 = Mul(%x, %11) : float32[4,16]
%13 = ReduceSum(%12, axes=[0,1], keepDims=false) : float32[]
return { square: %5, dot: %8, rows: %10, spread: %13 }`,
  );
});

Deno.test("optimise() leaves nothing that a device's pass has replaced", () => {
  const graph = trace(
    ({ x }) => ({ y: tf.sum(tf.square(x)) }),
    { x: zeros([64]) },
  );
  const nodes = optimise(graph, [cpuForms]).nodes.map(({ op }) => op);
  assert.ok(nodes.includes("MatMul"), "the pass must have replaced the sum");
  assert.ok(!nodes.includes("Mul"), "nothing reads the square");
});
