import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { printGraph, trace } from "lib/compiler/mod.ts";
import { optimise } from "lib/compiler/passes/pipeline.ts";
import { zeros } from "lib/core/mod.ts";

Deno.test("A choice by one condition for all is made of scalars, not of arrays full of it", () => {
  const graph = optimise(trace(({ good, x }) => ({
    y: tf.where(tf.greater(good!, 0), x!, tf.zerosLike(x!)),
  }), { good: zeros([]), x: zeros([3, 4]) }));
  assert.equal(
    printGraph(graph),
    `%good = Input() : float32[]
%x = Input() : float32[3,4]
%2 = Constant([0]) : float32[]
%3 = Greater(%good, %2) : bool[]
%4 = Reshape(%3, shape=[1,1]) : bool[1,1]
%5 = Reshape(%4, shape=[]) : bool[]
%6 = Where(%5, %x, %2) : float32[3,4]
return { y: %6 }`,
  );
});

Deno.test("A choice among scalars by one condition keeps the shape that was asked for", () => {
  const graph = optimise(trace(({ good }) => ({
    y: tf.where(
      tf.broadcastTo(tf.greater(good!, 0), [2, 3]),
      tf.ones([2, 3]),
      tf.zeros([2, 3]),
    ),
  }), { good: zeros([]) }));
  const { type } = graph.outputs[0]!.node;
  assert.deepEqual(type.shape, [2, 3]);
});
