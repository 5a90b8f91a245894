import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { printGraph, trace } from "lib/compiler/mod.ts";
import { removeDeadCode } from "lib/compiler/passes/dead_code.ts";
import { optimise } from "lib/compiler/passes/pipeline.ts";
import { zeros } from "lib/core/mod.ts";

function unused({ x, y }: { x: tf.Tensor; y: tf.Tensor }): { z: tf.Tensor } {
  tf.exp(tf.add(x, y));
  const sum = tf.add(x, 1);
  tf.sum(sum);
  return { z: tf.mul(sum, sum) };
}

Deno.test("removeDeadCode() leaves out what no output needs and keeps all inputs", () => {
  const graph = trace(unused, { x: zeros([2]), y: zeros([2]) });
  assert.equal(
    printGraph(removeDeadCode(graph)),
    [
      "%x = Input() : float32[2]",
      "%y = Input() : float32[2]",
      "%2 = Constant([1]) : float32[]",
      "%3 = Add(%x, %2) : float32[2]",
      "%4 = Mul(%3, %3) : float32[2]",
      "return { z: %4 }",
    ].join("\n"),
  );
});

Deno.test("removeDeadCode() changes nothing the second time", () => {
  const once = optimise(trace(unused, { x: zeros([2]), y: zeros([2]) }));
  assert.deepEqual(removeDeadCode(once).nodes, once.nodes);
});
