import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import {
  arraysOf,
  disposeState,
  jitWithState,
  lossAndGradients,
  readState,
  tensorsOf,
  uploadState,
} from "lib/compiler/mod.ts";
import { isNdArray, leavesOf, type NdArray } from "lib/core/mod.ts";
import {
  ADAMW_DEFAULTS,
  countParameters,
  initTrainState,
  NO_LIMIT,
  type TrainState,
  trainStep,
  type UpdateOptions,
  updateScalars,
} from "lib/trainer/mod.ts";
import {
  device,
  type Learner,
  tinyDiffusion,
  tinyVae,
} from "../_tiny_models.ts";

/**
 * An epsilon far above the rounding of gradients. With the usual 1e-8, a
 * gradient that is zero but for rounding, such as that of the bias of keys,
 * moves its parameter by a whole step in the direction of the rounding.
 */
const UPDATE: UpdateOptions = {
  optimiser: { ...ADAMW_DEFAULTS, epsilon: 1e-3 },
  clipNorm: 0.5,
};
const LEARNING_RATE = 1e-2;

/** What steps leave behind. */
interface Run<P> {
  /** Loss, norm of the gradients and metrics of each step. */
  readonly outputs: Record<string, number>[];
  readonly state: TrainState<P>;
}

// deno-lint-ignore no-explicit-any
type Learns<P> = Learner<P, any, any, any>;

function inputsAt<P>(learner: Learns<P>, step: number) {
  return {
    batch: learner.batchAt(step),
    scalars: updateScalars(step + 1, LEARNING_RATE, NO_LIMIT, UPDATE.optimiser),
  };
}

function numbersOf(outputs: unknown): Record<string, number> {
  return Object.fromEntries(
    leavesOf(outputs, isNdArray).map(([name, { data }]) => [name, data[0]!]),
  );
}

async function runCompiled<P>(
  learner: Learns<P>,
  steps: number,
): Promise<Run<P>> {
  const state = await uploadState(device, initTrainState(learner.initial));
  using step = jitWithState(
    trainStep(learner.lossOf, UPDATE) as never,
    state,
    { device, name: "step" },
  );
  const outputs: Record<string, number>[] = [];
  for (let i = 0; i < steps; i++) {
    outputs.push(numbersOf(await step.run(inputsAt(learner, i) as never)));
  }
  const after = await readState(state);
  disposeState(state);
  return { outputs, state: after as unknown as TrainState<P> };
}

function runEagerly<P>(learner: Learns<P>, steps: number): Run<P> {
  const step = trainStep(learner.lossOf, UPDATE);
  let state = initTrainState(learner.initial);
  const outputs: Record<string, number>[] = [];
  for (let i = 0; i < steps; i++) {
    tf.engine().startScope();
    const result = step(
      tensorsOf(state) as TrainState<unknown>,
      tensorsOf(inputsAt(learner, i)) as never,
    );
    const next = arraysOf(result);
    tf.engine().endScope();
    state = next.state as unknown as TrainState<P>;
    outputs.push(numbersOf(next.outputs));
  }
  return { outputs, state };
}

/** A model whose gates and outputs, zero at first, have opened. */
async function awake<P>(learner: Learns<P>): Promise<Learns<P>> {
  const { state } = await runCompiled(learner, 3);
  return { ...learner, initial: state.parameters };
}

function assertNear(
  name: string,
  found: number,
  wanted: number,
  tolerance: number,
): void {
  // Not `>`, which would let NaN pass.
  if (Math.abs(found - wanted) <= tolerance) return;
  assert.fail(`${name}: expected ${wanted} +- ${tolerance}, got ${found}`);
}

async function assertCompiledIsEager<P>(learner: Learns<P>): Promise<void> {
  const eager = runEagerly(learner, 2);
  const compiled = await runCompiled(learner, 2);
  for (const [i, outputs] of eager.outputs.entries()) {
    const found = compiled.outputs[i]!;
    assert.deepEqual(Object.keys(found).sort(), Object.keys(outputs).sort());
    for (const [name, wanted] of Object.entries(outputs)) {
      assertNear(name, found[name]!, wanted, 1e-4 * Math.abs(wanted));
    }
  }
  const before = leavesOf(initTrainState(learner.initial), isNdArray);
  const wanted = leavesOf(eager.state, isNdArray);
  const found = leavesOf(compiled.state, isNdArray);
  const pathsOf = (leaves: [string, NdArray][]): string[] =>
    leaves.map(([path]) => path);
  assert.deepEqual(pathsOf(found), pathsOf(before));
  assert.deepEqual(pathsOf(wanted), pathsOf(before));
  for (const [i, [path, { data }]] of wanted.entries()) {
    // A hundredth of what one step can move a parameter.
    const tolerance = path.startsWith("parameters/")
      ? LEARNING_RATE / 100
      : 1e-5;
    data.forEach((value, j) =>
      assertNear(`${path}[${j}]`, found[i]![1].data[j]!, value, tolerance)
    );
    const old = before[i]![1].data;
    assert.ok(data.some((value, j) => value !== old[j]), `${path} stood still`);
  }
}

/** Asserts that the gradient of each parameter is finite and somewhere not zero. */
function assertGradientsFlow<P>({ initial, lossOf, batchAt }: Learns<P>): void {
  tf.engine().startScope();
  const batch = tensorsOf(batchAt(5));
  const result = lossAndGradients(
    (parameters) => lossOf(parameters, batch),
    tensorsOf(initial),
  );
  const gradients = leavesOf(arraysOf(result.gradients), isNdArray);
  tf.engine().endScope();
  assert.equal(gradients.length, leavesOf(initial, isNdArray).length);
  for (const [path, { shape, data }] of gradients) {
    assert.ok(data.every(Number.isFinite), `${path} is not finite`);
    // Queries, keys and values are one weight, whose thirds must all learn.
    const parts = path.endsWith("qkv/weight") ? 3 : 1;
    for (let part = 0; part < parts; part++) {
      const width = shape.at(-1) ?? 1;
      const columns = width / parts;
      const learns = data.some((value, i) =>
        Math.floor(i % width / columns) === part &&
        Math.abs(value) > 1e-9
      );
      assert.ok(learns, `${path}, part ${part}, does not learn`);
    }
  }
}

Deno.test("a compiled training step of the VAE does what the eager one does", async () => {
  await assertCompiledIsEager(tinyVae());
});

Deno.test("a compiled training step of the backbone does what the eager one does", async () => {
  await assertCompiledIsEager(await awake(tinyDiffusion()));
});

Deno.test("after a few steps every parameter of the VAE learns", async () => {
  assertGradientsFlow(await awake(tinyVae()));
});

Deno.test("after a few steps every parameter of text encoder and backbone learns", async () => {
  assertGradientsFlow(await awake(tinyDiffusion()));
});

Deno.test("countParameters() counts the numbers of a tree", () => {
  const { initial } = tinyVae();
  const expected = leavesOf(initial, isNdArray)
    .reduce((sum, [, { data }]) => sum + data.length, 0);
  assert.equal(countParameters(initial), expected);
  assert.equal(countParameters({}), 0);
});
