import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import {
  arraysOf,
  deviceProfile,
  disposeState,
  jitWithState,
  programCost,
  readState,
  tensorsOf,
  uploadState,
} from "lib/compiler/mod.ts";
import { float32, isNdArray, leavesOf, scalar, zeros } from "lib/core/mod.ts";
import { fusedStep } from "lib/trainer/loop/fused_step.ts";
import {
  ADAMW_DEFAULTS,
  initTrainState,
  NO_LIMIT,
  type Optimiser,
  type TrainState,
  trainStep,
  type UpdateOptions,
  updateScalars,
} from "lib/trainer/mod.ts";
import { device, tinyDiffusion } from "../_tiny_models.ts";

/** Moves a parameter by its gradient. */
const DESCENT: Optimiser = {
  init: () => ({}),
  scalars: () => ({}),
  update({ parameters, gradients }) {
    const moves = new Map(leavesOf(gradients, isTensor));
    const moved = Object.fromEntries(
      leavesOf(parameters, isTensor).map(([path, p]) =>
        [path, tf.sub(p, moves.get(path)!)] as const
      ),
    );
    return { parameters: moved as typeof parameters, moments: {} };
  },
  isFrozen: () => false,
};

function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}

/** 0, whose gradient with respect to a parameter is given, NaN too. */
function withGradient(parameter: tf.Tensor, gradient: number): tf.Tensor {
  return tf.customGrad((p: unknown) => ({
    value: tf.scalar(0),
    gradFunc: () => tf.fill((p as tf.Tensor).shape, gradient),
  }))(parameter);
}

/** One update of layers of one parameter, at 0, by given gradients. */
function moved(
  gradients: Readonly<Record<string, number>>,
  { previousNorm = 0, normLimit = NO_LIMIT, loss: added = 0 },
) {
  const layers = Object.keys(gradients);
  const step = fusedStep(
    (parameters: Record<string, tf.Tensor>) => ({
      loss: tf.addN([
        tf.scalar(added),
        ...layers.map((name) =>
          withGradient(parameters[name]!, gradients[name]!)
        ),
      ]),
      metrics: {},
    }),
    { optimiser: DESCENT, clipNorm: 1 },
  );
  const parameters = Object.fromEntries(
    layers.map((name) => [name, float32([1], [0])]),
  );
  const scalars = {
    ...updateScalars(1, 1, normLimit, DESCENT),
    previousNorm: scalar(previousNorm),
  };
  const { state, outputs } = arraysOf(step(
    tensorsOf(initTrainState(parameters, { optimiser: DESCENT })) as never,
    { batch: {}, scalars: tensorsOf(scalars) as never },
  )) as unknown as ReturnType<typeof step> & Record<string, unknown>;
  const valuesOf = (tree: unknown): Record<string, number> =>
    Object.fromEntries(
      leavesOf(tree, isNdArray).map(([path, { data }]) => [path, data[0]!]),
    );
  return {
    moves: valuesOf((state as unknown as TrainState<unknown>).parameters),
    ...valuesOf(outputs),
  } as {
    moves: Record<string, number>;
    gradientNorm: number;
    applied: number;
    updatedFraction: number;
  };
}

function assertNear(
  found: Readonly<Record<string, number>>,
  wanted: Readonly<Record<string, number>>,
): void {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(wanted).sort());
  for (const [name, value] of Object.entries(wanted)) {
    const near = Math.abs(found[name]! - value) < 1e-5;
    assert.ok(near, `${name}: expected ${value}, got ${found[name]}`);
  }
}

const GRADIENTS = { a: 4, b: 2, c: 2, d: 1 };

Deno.test("fusedStep() clips by the norm of the update before", () => {
  const { moves, gradientNorm, applied, updatedFraction } = moved(GRADIENTS, {
    previousNorm: 10,
  });
  assertNear(moves, { a: -0.4, b: -0.2, c: -0.2, d: -0.1 });
  assertNear({ gradientNorm, applied, updatedFraction }, {
    gradientNorm: 5,
    applied: 1,
    updatedFraction: 1,
  });
});

Deno.test("fusedStep() clips the first update by the norm of the gradients so far", () => {
  // The last layer by sqrt(1 + 4), the third by sqrt(1 + 4 + 4), others by all.
  const { moves } = moved(GRADIENTS, {});
  assertNear(moves, { a: -4 / 5, b: -2 / 5, c: -2 / 3, d: -1 / Math.sqrt(5) });
});

Deno.test("fusedStep() changes nothing after a NaN loss, a NaN at the end or a spike there", () => {
  const wrong = [
    moved(GRADIENTS, { loss: NaN }),
    moved({ ...GRADIENTS, d: NaN }, {}),
    moved({ ...GRADIENTS, c: NaN }, {}),
    moved({ ...GRADIENTS, d: 1e3 }, { normLimit: 100 }),
  ];
  for (const { moves, applied, updatedFraction } of wrong) {
    assert.deepEqual(moves, { a: 0, b: 0, c: 0, d: 0 });
    assert.deepEqual([applied, updatedFraction], [0, 0]);
  }
});

Deno.test("fusedStep() keeps the layers before a NaN or a spike, and says what it updated", () => {
  const wrong = [
    moved({ ...GRADIENTS, b: NaN }, { previousNorm: 10 }),
    moved({ ...GRADIENTS, b: 1e3 }, { previousNorm: 10, normLimit: 100 }),
    moved({ ...GRADIENTS, b: 1e30 }, { previousNorm: 10 }),
  ];
  for (const { moves, applied, updatedFraction, gradientNorm } of wrong) {
    assertNear(moves, { a: 0, b: 0, c: 0, d: -0.1 });
    assert.deepEqual([applied, updatedFraction], [0, 0.25]);
    assert.ok(!(gradientNorm < 100));
  }
});

Deno.test("a compiled fusedStep() is the exact step whose limit gives the same factor", async () => {
  const { initial, lossOf, batchAt } = tinyDiffusion();
  const options: UpdateOptions = {
    optimiser: { ...ADAMW_DEFAULTS, epsilon: 1e-3 },
    clipNorm: 0.5,
  };
  const start = initTrainState(initial, { averages: true });
  const scalars = updateScalars(1, 1e-2, NO_LIMIT, options.optimiser);
  const previousNorm = 20;
  const compiled = async (
    step: ReturnType<typeof trainStep>,
    more: object,
  ) => {
    const state = await uploadState(device, start);
    using program = jitWithState(step as never, state, {
      device,
      name: "step",
    });
    const outputs = await program.run(
      { batch: batchAt(0), scalars: { ...scalars, ...more } } as never,
    ) as unknown as Record<string, { data: Float32Array }>;
    const after = leavesOf(await readState(state), isNdArray);
    disposeState(state);
    return { norm: outputs.gradientNorm!.data[0]!, after };
  };
  const fused = await compiled(fusedStep(lossOf as never, options) as never, {
    previousNorm: scalar(previousNorm),
  });
  assert.ok(fused.norm > options.clipNorm && fused.norm < previousNorm);
  const exact = await compiled(
    trainStep(lossOf as never, {
      ...options,
      clipNorm: options.clipNorm * fused.norm / previousNorm,
    }) as never,
    {},
  );
  const plain = await compiled(
    trainStep(lossOf as never, options) as never,
    {},
  );
  const differenceFrom = (other: typeof exact.after): number =>
    Math.max(...fused.after.map(([path, { data }], i) => {
      const [otherPath, { data: others }] = other[i]!;
      assert.equal(path, otherPath);
      return (data as Float32Array).reduce(
        (most, value, j) => Math.max(most, Math.abs(value - others[j]!)),
        0,
      );
    }));
  assert.ok(differenceFrom(exact.after) < 1e-5);
  assert.ok(differenceFrom(plain.after) > 1e-3);
});

Deno.test("fusedStep() frees gradients early and replaces weights in place", async () => {
  const [depth, width] = [48, 64];
  const weight = { dtype: "float32", shape: [width, width] } as const;
  const names = Array.from(
    { length: depth },
    (_, i) => `w${String(i).padStart(2, "0")}`,
  );
  const lossOf = (
    parameters: Record<string, tf.Tensor>,
    { x }: { x: tf.Tensor },
  ) => ({
    loss: tf.mean(
      names.reduce((x, name) => tf.tanh(tf.matMul(x, parameters[name]!)), x),
    ),
    metrics: {},
  });
  const options: UpdateOptions = { optimiser: ADAMW_DEFAULTS, clipNorm: 1 };
  const tree = Object.fromEntries(names.map((name) => [name, weight]));
  const profile = await deviceProfile("cpu");
  const costOf = (step: typeof trainStep, more: object) =>
    programCost({
      name: "step",
      fn: step(lossOf as never, options) as never,
      state: { parameters: tree, moments: { first: tree, second: tree } },
      inputs: {
        batch: { x: zeros([1, width]) },
        scalars: {
          ...updateScalars(1, 1, NO_LIMIT, ADAMW_DEFAULTS),
          ...more,
        },
      },
    }, profile);
  const bytes = 4 * width * width;
  const exact = costOf(trainStep, {});
  const fused = costOf(fusedStep, { previousNorm: scalar(1) });
  assert.ok(exact.insideBytes > depth * bytes);
  // Two groups of two layers, and what their update computes.
  assert.ok(fused.insideBytes < 12 * bytes, `${fused.insideBytes / bytes}`);
  assert.deepEqual(fused.spares, exact.spares);
});
