import assert from "node:assert/strict";
import "lib/compiler/eager.ts";
import * as tf from "@tensorflow/tfjs-core";
import {
  jit,
  lossAndGradients,
  openDevice,
  printGraph,
  remat,
  trace,
} from "lib/compiler/mod.ts";
import { Rng } from "lib/core/mod.ts";
import "./_runtime.ts";

interface Parameters {
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
}
interface Activations {
  readonly x: tf.Tensor;
}

// Opened once: the runtime's library stays loaded for the life of the process.
const device = await openDevice("cpu");

/** Two products and a bend, `[4,3] -> [4,3]`. */
const block = ({ a, b }: Parameters, { x }: Activations): tf.Tensor =>
  tf.add(x, tf.matMul(tf.tanh(tf.matMul(x, a)), b));

/** Loss and gradients of two blocks, with the first as given. */
function gradientsThrough(first: typeof block) {
  return ({ a, b, x }: Parameters & Activations) => {
    const { loss, gradients } = lossAndGradients(
      (p: Parameters & Activations) => ({
        loss: tf.sum(
          tf.square(first(p, { x: block(p, { x: first(p, { x: p.x }) }) })),
        ),
        metrics: {},
      }),
      { a, b, x },
    );
    return { loss, ...gradients };
  };
}

function inputs() {
  const rng = new Rng(5);
  return {
    a: rng.normals([3, 5]),
    b: rng.normals([5, 3]),
    x: rng.normals([4, 3]),
  };
}

Deno.test("remat() changes neither loss nor gradients, eagerly and compiled", async () => {
  const given = inputs();
  const tensors = {
    a: tf.tensor(given.a.data, [3, 5]),
    b: tf.tensor(given.b.data, [5, 3]),
    x: tf.tensor(given.x.data, [4, 3]),
  };
  const plain = gradientsThrough(block)(tensors);
  const recomputed = gradientsThrough(remat(block))(tensors);
  using compiled = jit(gradientsThrough(remat(block)), {
    device,
    name: "recomputed",
  });
  const result = await compiled.run(given);
  for (const name of ["loss", "a", "b", "x"] as const) {
    const expected = plain[name].dataSync();
    const eager = recomputed[name].dataSync();
    const ran = result[name].data;
    assert.equal(expected.length, ran.length);
    for (let i = 0; i < expected.length; i++) {
      const tolerance = 1e-5 * (1 + Math.abs(expected[i]!));
      assert.ok(Math.abs(eager[i]! - expected[i]!) < tolerance, name);
      assert.ok(Math.abs(ran[i]! - expected[i]!) < tolerance, name);
    }
  }
});

Deno.test("remat() computes a block again behind a barrier that waits for the gradient", () => {
  const count = (text: string, word: string): number =>
    text.split(`= ${word}(`).length - 1;
  const plain = printGraph(trace(gradientsThrough(block), inputs()));
  const again = printGraph(
    trace(gradientsThrough(remat(block)), inputs()),
  );
  assert.equal(count(plain, "Tanh"), 3);
  assert.equal(count(plain, "Barrier"), 0);
  assert.equal(count(again, "Tanh"), 5, "two of three blocks run twice");
  assert.equal(count(again, "Barrier"), 2);
});

Deno.test("remat() nests", () => {
  const inner = remat(block);
  const outer = remat((p: Parameters, given: Activations) =>
    inner(p, { x: inner(p, given) })
  );
  const given = inputs();
  const lossOf = (f: typeof block) => (p: Parameters & Activations) => ({
    loss: tf.sum(f(p, { x: p.x })),
    metrics: {},
  });
  const tensors = {
    a: tf.tensor(given.a.data, [3, 5]),
    b: tf.tensor(given.b.data, [5, 3]),
    x: tf.tensor(given.x.data, [4, 3]),
  };
  const expected = lossAndGradients(
    lossOf((p, a) => block(p, { x: block(p, a) })),
    tensors,
  );
  const nested = lossAndGradients(lossOf(outer), tensors);
  const difference = tf.max(
    tf.abs(tf.sub(nested.gradients.a, expected.gradients.a)),
  ).dataSync()[0]!;
  assert.ok(difference < 1e-5, `difference is ${difference}`);
});
