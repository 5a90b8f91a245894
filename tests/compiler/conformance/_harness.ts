import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { arraysOf, type Device, jit, tensorsOf } from "lib/compiler/mod.ts";
import type { SessionOptions } from "lib/compiler/session/create_session.ts";
import type { Graph, Node } from "lib/compiler/ir/graph.ts";
import "../_runtime.ts";
import { copyOf, type NdArray, Rng, shapeText } from "lib/core/mod.ts";
import type { Case, Tolerance } from "./_case.ts";

/** Where the cases run. */
export interface Bench {
  readonly device: Device;
  readonly session?: SessionOptions;
}

type Arrays = Record<string, NdArray>;
type Tensors = Record<string, tf.Tensor>;

/** Compares the compiled function with the eager one. */
export async function checkValues(
  { name, inputs, fn, tolerance }: Case,
  where: Bench,
): Promise<void> {
  const outputs = (tensors: Tensors): Tensors =>
    Object.fromEntries(fn(tensors).map((y, i) => [`y${i}`, y]));
  const eager = eagerly(outputs, inputs);
  using compiled = jit(outputs, { ...where, name });
  checkGraph(compiled.prepare(inputs));
  compare(await compiled.run(inputs) as Arrays, eager, tolerance);
}

/** Compares the compiled gradients with those of the case's oracle. */
export async function checkGradients(
  { name, inputs, fn, gradient, gradientTolerance }: Case,
  where: Bench,
): Promise<void> {
  const gradients = (tensors: Tensors): Tensors => gradientsOf(fn, tensors);
  const expected = gradient === "differences"
    ? differences(fn, inputs)
    : eagerly(gradients, inputs);
  assert.notEqual(Object.keys(expected).length, 0, "no input has a gradient");
  using compiled = jit(gradients, {
    ...where,
    name: `gradients of ${name}`,
  });
  compare(await compiled.run(inputs) as Arrays, expected, gradientTolerance);
}

/** The gradients of a weighted sum of all outputs, by input. */
export function gradientsOf(fn: Case["fn"], tensors: Tensors): Tensors {
  const floats = Object.entries(tensors).filter(([, x]) =>
    x.dtype === "float32"
  );
  const { grads } = tf.engine().gradients(
    () => weightedSum(fn(tensors)),
    floats.map(([, x]) => x),
    undefined,
    // Inputs that the result does not depend on have no gradient.
    true,
  );
  return Object.fromEntries(
    floats.map(([name], i) => [name, grads[i]] as const)
      .filter(([, gradient]) => gradient) as [string, tf.Tensor][],
  );
}

/** Each element gets a weight of its own, so that no mistake cancels out. */
function weightedSum(outputs: readonly tf.Tensor[]): tf.Scalar {
  const rng = new Rng(99);
  const sums = outputs.filter(({ dtype }) => dtype === "float32").map((y) =>
    tf.sum(tf.mul(y, tf.tensor(rng.normals(y.shape).data, y.shape)))
  );
  return tf.addN(sums) as tf.Scalar;
}

function eagerly(fn: (tensors: Tensors) => Tensors, inputs: Arrays): Arrays {
  tf.setBackend("cpu");
  let result: Arrays;
  tf.tidy(() => {
    result = arraysOf(fn(tensorsOf(inputs) as Tensors)) as Arrays;
  });
  return result!;
}

/** Central differences of the eager function, one input element at a time. */
function differences(fn: Case["fn"], inputs: Arrays): Arrays {
  const at = (arrays: Arrays): number =>
    eagerly((x) => ({ y: weightedSum(fn(x)) }), arrays).y!.data[0]!;
  return Object.fromEntries(
    Object.entries(inputs).filter(([, { dtype }]) => dtype === "float32").map(
      ([name, array]) => {
        const gradient = copyOf(array);
        for (let i = 0; i < array.data.length; i++) {
          const [above, below] = [0.5, -0.5].map((step) => {
            const moved = copyOf(array);
            moved.data[i]! += step;
            return at({ ...inputs, [name]: moved });
          });
          gradient.data[i] = above! - below!;
        }
        return [name, gradient];
      },
    ),
  );
}

/** Throws unless the graph computes: no output is known before it runs. */
function checkGraph(graph: Graph): void {
  const reached = new Set<Node>();
  const visit = (node: Node): void => {
    if (reached.has(node)) return;
    reached.add(node);
    node.inputs.forEach(visit);
  };
  for (const { name, node } of graph.outputs) {
    assert.notEqual(node.op, "Constant", `${name} must be computed`);
    assert.notEqual(node.op, "Input", `${name} must be computed`);
    visit(node);
  }
  for (const { name, node } of graph.inputs) {
    assert.ok(reached.has(node), `the outputs must depend on ${name}`);
  }
}

function compare(actual: Arrays, expected: Arrays, tolerance: Tolerance): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, want] of Object.entries(expected)) {
    const got = actual[name]!;
    assert.deepEqual(
      [got.dtype, got.shape],
      [want.dtype, [...want.shape]],
      `type of ${name}`,
    );
    const wrong = [...want.data.keys()].filter((i) =>
      !near(got.data[i]!, want.data[i]!, tolerance)
    );
    assert.deepEqual(
      wrong.slice(0, 8).map((i) => got.data[i]),
      wrong.slice(0, 8).map((i) => want.data[i]),
      `${name} ${shapeText(want.shape)} is wrong at ${wrong.slice(0, 8)}: ` +
        `compiled ${wrong.slice(0, 8).map((i) => got.data[i])}, ` +
        `eager ${wrong.slice(0, 8).map((i) => want.data[i])}`,
    );
    assert.equal(wrong.length, 0);
  }
}

function near(
  actual: number,
  expected: number,
  { absolute, relative }: Tolerance,
): boolean {
  return Object.is(actual, expected) || actual === expected ||
    Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
}
