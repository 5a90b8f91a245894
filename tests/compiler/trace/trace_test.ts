import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { printGraph, trace } from "lib/compiler/mod.ts";
import { withTracing } from "lib/compiler/trace/backend.ts";
import { float32, zeros } from "lib/core/mod.ts";

const X = { x: zeros([2]) };

Deno.test("trace() makes constants of tensors from outside, one for each", () => {
  const outside = tf.tensor1d([1, 2]);
  const graph = trace(
    ({ x }) => ({ y: tf.mul(tf.add(x, outside), outside) }),
    X,
  );
  assert.equal(
    printGraph(graph),
    [
      "%x = Input() : float32[2]",
      "%1 = Constant([1, 2]) : float32[2]",
      "%2 = Add(%x, %1) : float32[2]",
      "%3 = Mul(%2, %1) : float32[2]",
      "return { y: %3 }",
    ].join("\n"),
  );
  outside.dispose();
});

Deno.test("a tensor from outside can be traced twice and read afterwards", () => {
  for (const values of [[1, 2], [3, 3]]) {
    const outside = tf.tensor1d(values);
    const texts = [1, 2].map(() =>
      printGraph(trace(({ x }) => ({ y: tf.add(x, outside) }), X))
    );
    assert.equal(texts[0], texts[1]);
    assert.deepEqual(
      [...tf.add(outside, 1).dataSync()],
      values.map((v) => v + 1),
    );
    assert.deepEqual([...outside.dataSync()], values);
    outside.dispose();
  }
});

Deno.test("trace() resolves control flow over shapes", () => {
  const halve = ({ x }: { x: tf.Tensor }) => ({
    y: x.shape[0]! > 3 ? tf.mul(x, 0.5) : tf.neg(x),
  });
  assert.match(printGraph(trace(halve, { x: zeros([4]) })), /Mul/);
  assert.match(printGraph(trace(halve, { x: zeros([3]) })), /Neg/);
});

Deno.test("trace() takes types for arrays, and names inputs by their paths", () => {
  const graph = trace(
    ({ a }: { a: { b: tf.Tensor; c: tf.Tensor } }) => ({
      out: { sum: tf.add(a.b, a.c) },
    }),
    {
      a: {
        b: { dtype: "float32", shape: [2] },
        c: { dtype: "float32", shape: [] },
      },
    } as never,
  );
  assert.equal(
    printGraph(graph),
    [
      "%a/b = Input() : float32[2]",
      "%a/c = Input() : float32[]",
      "%2 = Add(%a/b, %a/c) : float32[2]",
      "return { out/sum: %2 }",
    ].join("\n"),
  );
});

Deno.test("reading a value while tracing says that it is not known", () => {
  for (
    const read of [
      (y: tf.Tensor) => y.dataSync(),
      (y: tf.Tensor) => y.arraySync(),
    ]
  ) {
    assert.throws(
      () => trace(({ x }) => ({ y: [read(tf.add(x, 1))] as never }), X),
      {
        name: "Error",
        message:
          "Cannot read a tensor's values while tracing: they are not known until " +
          "the compiled function runs: current value is Add float32[2]; " +
          "return it as an output instead",
      },
    );
  }
});

Deno.test("constants can be read while tracing", () => {
  const seen: number[][] = [];
  trace(({ x }) => {
    seen.push([...tf.tensor1d([1, 2]).dataSync()]);
    seen.push([...tf.ones([3]).dataSync()]);
    seen.push([...tf.tensor1d([7, 7], "int32").dataSync()]);
    return { y: tf.neg(x) };
  }, X);
  assert.deepEqual(seen, [[1, 2], [1, 1, 1], [7, 7]]);
});

Deno.test("a traced tensor cannot be used after its trace", () => {
  let kept: tf.Tensor | undefined;
  trace(({ x }) => {
    kept = tf.keep(tf.exp(x));
    return { y: kept };
  }, X);
  const ended = {
    name: "Error",
    message: "Cannot use a traced tensor after its trace has ended",
  };
  assert.throws(() => kept!.dataSync(), ended);
  assert.throws(() => tf.add(kept!, 1), ended);
  assert.throws(() => trace(({ x }) => ({ y: tf.add(x, kept!) }), X), ended);
  kept!.dispose();
});

Deno.test("a trace inside a trace is refused", () => {
  assert.throws(
    () =>
      trace(({ x }) => (trace(({ x }) => ({ y: tf.neg(x) }), X), { y: x }), X),
    {
      name: "Error",
      message: "Cannot trace inside a trace: call the plain function",
    },
  );
  assert.match(printGraph(trace(({ x }) => ({ y: tf.neg(x) }), X)), /Neg/);
});

Deno.test("TF.js has its backend and its tensors back after a trace", () => {
  tf.setBackend("cpu");
  const before = tf.memory().numTensors;
  trace(({ x }) => ({ y: tf.grad((x) => tf.sum(tf.softmax(x)))(x) }), X);
  assert.equal(tf.getBackend(), "cpu");
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("TF.js has its backend and its tensors back after a trace that failed", () => {
  tf.setBackend("cpu");
  const before = tf.memory().numTensors;
  const fail = (): never => {
    throw new RangeError("no");
  };
  for (
    const fn of [
      ({ x }: { x: tf.Tensor }) => ({ y: tf.add(tf.exp(x), fail()) }),
      ({ x }: { x: tf.Tensor }) => ({ y: tf.grad(() => fail())(x) }),
      ({ x }: { x: tf.Tensor }) => ({ y: tf.tidy(() => (tf.exp(x), fail())) }),
    ]
  ) {
    assert.throws(() => trace(fn, X), { name: "RangeError", message: "no" });
    assert.equal(tf.getBackend(), "cpu");
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual([...tf.tidy(() => tf.add(1, 2).dataSync())], [3]);
  }
});

Deno.test("the tracing backend is registered only while it traces", () => {
  let during: string[] = [];
  trace(({ x }) => {
    during = [tf.getBackend()];
    return { y: tf.neg(x) };
  }, X);
  assert.deepEqual(during, ["aiprod-trace"]);
  assert.equal(tf.findBackend("aiprod-trace"), null);
});

Deno.test("withTracing() hands through what is recorded", () => {
  const ops = withTracing(({ builder, tensorOf, nodeOf }) => {
    const x = tensorOf(builder.input("x", "int32", [2]));
    return nodeOf(tf.abs(x)).op;
  });
  assert.equal(ops, "Abs");
});

Deno.test("outputs that are no tensors are refused with their path", () => {
  assert.throws(
    () =>
      trace(({ x }) => ({ y: { z: 3 as unknown as tf.Tensor }, x }), {
        x: float32([1], [2]),
      }),
    {
      name: "TypeError",
      message:
        'Cannot read a tree: each node must be a leaf or a record: current value at "y/z" is 3',
    },
  );
});
