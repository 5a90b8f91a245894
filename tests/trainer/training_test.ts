import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  float32,
  isNdArray,
  leavesOf,
  type NdArray,
  type Progress,
  silentProgress,
} from "lib/core/mod.ts";
import {
  type JsonlWriter,
  openJsonl,
  readJsonl,
} from "lib/formats/jsonl/mod.ts";
import {
  ADAMW_DEFAULTS,
  type Checkpoint,
  DivergedError,
  learningRateAt,
  loadCheckpoint,
  saveCheckpoint,
  StoppedError,
  train,
  type Trained,
  type Training,
  type TrainState,
} from "lib/trainer/mod.ts";
import { device, tinyVae } from "./_tiny_models.ts";

const CONFIG = {
  schedule: { peak: 0.01, warmupSteps: 1, totalSteps: 5, floor: 0 },
  optimiser: ADAMW_DEFAULTS,
  clipNorm: 1,
};

/** A run in a folder of its own. */
interface Run extends Disposable {
  readonly checkpoint: string;
  readonly metricsPath: string;
  open(atBytes?: number): JsonlWriter;
}

function newRun(): Run {
  const folder = Deno.makeTempDirSync();
  const metricsPath = `${folder}/metrics.jsonl`;
  return {
    checkpoint: `${folder}/model.safetensors`,
    metricsPath,
    open: (atBytes = 0) => openJsonl(metricsPath, { atBytes }),
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** What a training of these tests may choose. */
type Choices<P, T, B, A> =
  & Pick<Training<P, T, B, A>, "initial" | "lossOf" | "batchAt">
  & Partial<Training<P, T, B, A>>;

/** Trains from where the run's checkpoint stands. */
async function trainIn<P, T, B, A>(
  run: Run,
  choices: Choices<P, T, B, A>,
): Promise<Trained<P>> {
  const resume = await loadCheckpoint<TrainState<P>>(run.checkpoint, CONFIG);
  using metrics = run.open(resume?.metricsBytes);
  return await train({
    name: "model",
    device,
    config: CONFIG,
    resume,
    metrics,
    progress: silentProgress,
    save: (checkpoint) => saveCheckpoint(run.checkpoint, checkpoint, CONFIG),
    saveEvery: Infinity,
    clock: () => 0,
    ...choices,
  });
}

/** The loss `mean((x w - y)^2)`: quick to compile. */
const line = {
  initial: { w: float32([2, 1], [0, 0]) },
  lossOf: (
    { w }: { w: tf.Tensor },
    { x, y }: { x: tf.Tensor; y: tf.Tensor },
  ) => ({
    loss: tf.mean(tf.squaredDifference(tf.matMul(x, w), y)),
    metrics: { table: tf.mul(w, 2), largest: tf.max(tf.abs(w)) },
  }),
  batchAt: (step: number) => ({
    x: float32([2, 2], [1, step, -step, 1]),
    y: float32([2, 1], [1, 2]),
  }),
};

function assertSameBits(a: unknown, b: unknown): void {
  const [left, right] = [leavesOf(a, isNdArray), leavesOf(b, isNdArray)];
  assert.deepEqual(left.map(([path]) => path), right.map(([path]) => path));
  const bits = ([, { data }]: [string, NdArray]): Uint8Array =>
    new Uint8Array(data.buffer);
  left.forEach((leaf, i) => assert.deepEqual(bits(leaf), bits(right[i]!)));
}

Deno.test("a run that was stopped and resumed is the unbroken one, bit for bit", async () => {
  using whole = newRun();
  using broken = newRun();
  const straight = await trainIn(whole, tinyVae());

  const vae = tinyVae();
  const abort = new AbortController();
  await assert.rejects(
    () =>
      trainIn(broken, {
        ...vae,
        signal: abort.signal,
        batchAt(step) {
          if (step === 1) abort.abort(); // during the second step
          return vae.batchAt(step);
        },
      }),
    new StoppedError('Training of "model" was stopped at step 2; it is saved'),
  );
  const half = await loadCheckpoint(broken.checkpoint, CONFIG);
  assert.equal(half?.step, 2);
  assert.equal((await readJsonl(broken.metricsPath)).length, 2);
  const seen: number[] = [];
  const resumed = await trainIn(broken, {
    ...vae,
    batchAt(step) {
      seen.push(step);
      return vae.batchAt(step);
    },
  });

  assert.deepEqual(seen, [2, 3, 4]);
  assertSameBits(resumed.parameters, straight.parameters);
  const [wholeState, brokenState] = await Promise.all(
    [whole, broken].map((run) => loadCheckpoint(run.checkpoint, CONFIG)),
  );
  assertSameBits(brokenState!.state, wholeState!.state);
  assert.equal(
    await Deno.readTextFile(broken.metricsPath),
    await Deno.readTextFile(whole.metricsPath),
  );
});

Deno.test("train() writes one line for each step: stage, step, rate, loss, norm, metrics", async () => {
  using run = newRun();
  const { parameters } = await trainIn(run, line);
  const lines = await readJsonl(run.metricsPath);
  assert.deepEqual(lines.map(({ step }) => step), [1, 2, 3, 4, 5]);
  lines.forEach((record, i) => {
    // `table` is no single number, and left out.
    assert.deepEqual(Object.keys(record).sort(), [
      "gradientNorm",
      "largest",
      "learningRate",
      "loss",
      "stage",
      "step",
    ]);
    assert.equal(record.stage, "model");
    assert.equal(record.learningRate, learningRateAt(i, CONFIG.schedule));
  });
  // Before the first step w is 0: the loss is (1 + 4) / 2, its gradient [-1, -2].
  assert.equal(lines[0]!.loss, 2.5);
  assert.equal(lines[0]!.largest, 0);
  assert.ok(Math.abs(Number(lines[0]!.gradientNorm) - Math.sqrt(5)) < 1e-6);
  assert.ok(Number(lines[4]!.loss) < 2.5);
  // Adam's first step is the learning rate in size, seen by the second.
  const first = learningRateAt(0, CONFIG.schedule);
  assert.ok(Math.abs(Number(lines[1]!.largest) - first) < 1e-6);
  assert.ok(parameters.w.data.every((value) => value !== 0));
});

Deno.test("train() saves at intervals of the clock and at the end", async () => {
  using run = newRun();
  using metrics = run.open();
  let now = 0;
  const saves: Omit<Checkpoint<unknown>, "state">[] = [];
  const { seconds } = await trainIn(run, {
    ...line,
    metrics,
    clock: () => now,
    saveEvery: 10,
    batchAt(step) {
      now += 6000; // every step takes six seconds
      return line.batchAt(step);
    },
    save({ state: _, ...progress }) {
      saves.push(progress);
      assert.equal(progress.metricsBytes, metrics.bytes);
      return Promise.resolve();
    },
  });
  assert.deepEqual(
    saves.map(({ step, seconds }) => ({ step, seconds })),
    [{ step: 2, seconds: 12 }, { step: 4, seconds: 24 }, {
      step: 5,
      seconds: 30,
    }],
  );
  assert.equal(seconds, 30);
});

Deno.test("train() counts seconds over all runs", async () => {
  using run = newRun();
  let now = 0;
  const slow = (signal?: AbortSignal, abort?: AbortController) => ({
    ...line,
    signal,
    clock: () => now,
    batchAt(step: number) {
      now += 1000;
      if (step === 2) abort?.abort();
      return line.batchAt(step);
    },
  });
  const abort = new AbortController();
  await assert.rejects(() => trainIn(run, slow(abort.signal, abort)));
  now = 1e6; // the next day
  const { seconds } = await trainIn(run, slow());
  assert.equal(seconds, 5);
});

Deno.test("train() of a run that is done gives its parameters at once", async () => {
  using run = newRun();
  const first = await trainIn(run, line);
  const before = await Deno.readTextFile(run.metricsPath);
  const again = await trainIn(run, {
    ...line,
    batchAt: () => assert.fail("no step is left to do"),
    save: () => assert.fail("nothing new is there to save"),
  });
  assertSameBits(again.parameters, first.parameters);
  assert.equal(await Deno.readTextFile(run.metricsPath), before);
});

Deno.test("a run stopped in its last step is complete", async () => {
  using run = newRun();
  const abort = new AbortController();
  const { parameters } = await trainIn(run, {
    ...line,
    signal: abort.signal,
    batchAt(step) {
      if (step === 4) abort.abort();
      return line.batchAt(step);
    },
  });
  const saved = await loadCheckpoint<TrainState<typeof parameters>>(
    run.checkpoint,
    CONFIG,
  );
  assert.equal(saved?.step, 5);
  assertSameBits(saved.state.parameters, parameters);
});

Deno.test("a loss that is no number ends the run and leaves the last checkpoint as it was", async () => {
  using run = newRun();
  await assert.rejects(
    () =>
      trainIn(run, {
        ...line,
        saveEvery: 0, // after every step
        batchAt: (step) => ({
          ...line.batchAt(step),
          y: float32([2, 1], [1, step === 3 ? NaN : 2]),
        }),
      }),
    new DivergedError(
      'Training of "model" diverged at step 4: loss must be finite: current ' +
        "value is NaN; lower the learning rate",
    ),
  );
  const saved = await loadCheckpoint<TrainState<{ w: NdArray }>>(
    run.checkpoint,
    CONFIG,
  );
  assert.equal(saved?.step, 3);
  for (const [path, { data }] of leavesOf(saved.state, isNdArray)) {
    assert.ok(data.every(Number.isFinite), path);
  }
  const lines = await readJsonl(run.metricsPath);
  assert.deepEqual(lines.map(({ step }) => step), [1, 2, 3]);
  assert.equal((await Deno.stat(run.metricsPath)).size, saved.metricsBytes);
});

Deno.test("a gradient that is no number ends the run too: it would spoil the next checkpoint", async () => {
  using run = newRun();
  await assert.rejects(
    () =>
      trainIn(run, {
        ...line,
        saveEvery: 0,
        // The root has an infinite slope at 0, where it is 0.
        lossOf: ({ w }: { w: tf.Tensor }) => ({
          loss: tf.sum(tf.sqrt(w)),
          metrics: {},
        }),
      }),
    (error) => {
      assert.ok(error instanceof DivergedError, String(error));
      assert.match(
        error.message,
        /diverged at step 1: gradientNorm must be finite/,
      );
      return true;
    },
  );
  assert.equal(await loadCheckpoint(run.checkpoint, CONFIG), undefined);
});

Deno.test("train() tells its progress from where it stands, and finishes the task", async () => {
  using run = newRun();
  const abort = new AbortController();
  const told: string[] = [];
  const progress: Progress = {
    start({ label, total, unit, done }) {
      told.push(`${label} ${done}/${total} ${unit}`);
      return {
        update: (done, facts) =>
          void told.push(`${done} ${Object.keys(facts ?? {})}`),
        finish: () => {},
        [Symbol.dispose]: () => void told.push("over"),
      };
    },
  };
  const options = {
    ...line,
    progress,
    batchAt(step: number) {
      if (step === 1) abort.abort();
      return line.batchAt(step);
    },
  };
  await assert.rejects(() =>
    trainIn(run, { ...options, signal: abort.signal })
  );
  await trainIn(run, options);
  assert.deepEqual(told, [
    "model 0/5 steps",
    "1 loss",
    "2 loss",
    "over",
    "model 2/5 steps",
    "3 loss",
    "4 loss",
    "5 loss",
    "over",
  ]);
});
