import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  DivergedError,
  float32,
  isNdArray,
  leavesOf,
  type NdArray,
  type Progress,
  silentProgress,
  StoppedError,
} from "lib/core/mod.ts";
import {
  type JsonlWriter,
  openJsonl,
  readJsonl,
} from "lib/formats/jsonl/mod.ts";
import {
  ADAMW_DEFAULTS,
  type Checkpoint,
  loadCheckpoint,
  type MetricsRecord,
  saveCheckpoint,
  train,
  type Trained,
  type Training,
  type TrainingConfig,
  type TrainState,
} from "lib/trainer/mod.ts";
import { learningRateAt } from "lib/trainer/mod.ts";
import { savedArrays } from "../_saved_state.ts";
import { device, tinyVae } from "../_tiny_models.ts";

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
type Choices<P, B, A> =
  & Pick<Training<P, B, A>, "initial" | "lossOf" | "batchAt">
  & Partial<Training<P, B, A>>;

/** Trains from where the run's checkpoint stands. */
async function trainIn<P, B, A>(
  run: Run,
  choices: Choices<P, B, A>,
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
        onRecord: ({ step }) => void (step === 2 && abort.abort()),
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
    onRecord: () => void (now += 6000), // every step takes six seconds
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
    onRecord({ step }: MetricsRecord) {
      now += 1000;
      if (step === 3) abort?.abort();
    },
  });
  const abort = new AbortController();
  await assert.rejects(() => trainIn(run, slow(abort.signal, abort)));
  now = 1e6; // the next day
  const { seconds } = await trainIn(run, slow());
  assert.equal(seconds, 5);
});

Deno.test("train() of a finished run returns its parameters at once", async () => {
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

Deno.test("EMAs on the host resume between two of their updates, bit for bit", async () => {
  using whole = newRun();
  using broken = newRun();
  const config = {
    ...CONFIG,
    averages: true,
    plan: {
      averages: "host",
      averageEvery: 2,
      update: "layers",
      embeddings: "device",
      gradientSums: "device",
    } as const,
  };
  const straight = await trainIn(whole, { ...line, config });
  const abort = new AbortController();
  await assert.rejects(
    () =>
      trainIn(broken, {
        ...line,
        config,
        signal: abort.signal,
        onRecord: ({ step }) => void (step === 3 && abort.abort()),
      }),
    { name: "StoppedError" },
  );
  const resumed = await trainIn(broken, { ...line, config });
  assertSameBits(resumed.state, straight.state);
});

/** Clips by the norm of the update before, which a checkpoint then needs. */
const FUSED = {
  ...CONFIG,
  clipNorm: 0.1,
  gradientClipping: "previous",
} as const;

/** The line with gradients of about 200, 2, 0.2, ...: each norm clips the next. */
const falling = {
  ...line,
  batchAt: (step: number) => ({
    x: float32([1, 2], [1, 0]),
    y: float32([1, 1], [10 ** -step * (step === 0 ? 100 : 10)]),
  }),
};

Deno.test("a run whose gradients the norm before clips resumes bit for bit", async () => {
  using whole = newRun();
  using broken = newRun();
  const straight = await trainIn(whole, { ...falling, config: FUSED });
  const abort = new AbortController();
  await assert.rejects(
    () =>
      trainIn(broken, {
        ...falling,
        config: FUSED,
        signal: abort.signal,
        onRecord: ({ step }) => void (step === 3 && abort.abort()),
      }),
    { name: "StoppedError" },
  );
  const resumed = await trainIn(broken, { ...falling, config: FUSED });
  assertSameBits(resumed.state, straight.state);
  const [text, again] = await Promise.all(
    [whole, broken].map(({ metricsPath }) => Deno.readTextFile(metricsPath)),
  );
  assert.equal(again, text);
});

Deno.test("each update is clipped by the norm of the one before", async () => {
  using fused = newRun();
  using exact = newRun();
  const short = { ...CONFIG.schedule, totalSteps: 2 };
  // The second gradient, about 2, is clipped by the first, about 200.
  const sumOf = async (run: Run, config: TrainingConfig) => {
    const { state } = await trainIn(run, {
      ...falling,
      config: { ...config, schedule: short },
    });
    const { first } = state.moments as { first: { w: NdArray } };
    return first.w.data[0]! / -0.1;
  };
  const before = await sumOf(
    exact,
    { ...FUSED, gradientClipping: undefined } as never,
  );
  const after = await sumOf(fused, FUSED);
  // AdamW's sum of gradients with decay 0.9, in units of the limit.
  assert.ok(Math.abs(before - (0.9 + 1)) < 1e-3, `${before}`);
  assert.ok(Math.abs(after - (0.9 + 0.01)) < 1e-3, `${after}`);
});

Deno.test("a step that updated the last layers alone is recorded with their fraction", async () => {
  using run = newRun();
  const initial = {
    a: float32([3], [0, 0, 0]),
    b: float32([1], [0]),
    c: float32([1], [0]),
  };
  const saves: Checkpoint<TrainState<typeof initial>>[] = [];
  await trainIn(run, {
    initial,
    // With y = 0 the gradient of `a` is 0 / 0, and the loss a number.
    lossOf: (
      { a, b, c }: Record<"a" | "b" | "c", tf.Tensor>,
      { y }: { y: tf.Tensor },
    ) => ({
      loss: tf.addN([
        tf.sum(tf.sqrt(tf.mul(tf.add(a, 1), y))),
        tf.sum(b),
        tf.sum(c),
      ]),
      metrics: {},
    }),
    batchAt: (step: number) => ({ y: float32([1], [step === 1 ? 0 : 1]) }),
    config: FUSED,
    saveEvery: 0, // after every step
    async save(checkpoint) {
      saves.push(await savedArrays(checkpoint));
    },
  });
  const lines = await readJsonl(run.metricsPath);
  assert.deepEqual(lines[1], {
    stage: "model",
    step: 2,
    learningRate: learningRateAt(1, CONFIG.schedule),
    skipped: "gradientNorm is NaN",
    updatedFraction: 0.2,
  });
  assert.equal(lines[2]!.updatedFraction, undefined);
  const [first, second] = saves.map(({ state }) => state.parameters);
  assertSameBits([second!.a, second!.b], [first!.a, first!.b]);
  assert.ok(second!.c.data[0]! < first!.c.data[0]!);
  assert.equal(saves[1]!.guard?.refused, 1);
  for (const [path, { data }] of leavesOf(saves.at(-1)!.state, isNdArray)) {
    assert.ok(data.every(Number.isFinite), path);
  }
});

Deno.test("a run stopped in its last step is complete", async () => {
  using run = newRun();
  const abort = new AbortController();
  const { parameters } = await trainIn(run, {
    ...line,
    signal: abort.signal,
    onRecord: ({ step }) => void (step === 5 && abort.abort()),
  });
  const saved = await loadCheckpoint<TrainState<typeof parameters>>(
    run.checkpoint,
    CONFIG,
  );
  assert.equal(saved?.step, 5);
  assertSameBits(saved.state.parameters, parameters);
});

/** The line with wrong answers in some steps. */
function poisoned(wrong: Readonly<Record<number, number>>): typeof line {
  return {
    ...line,
    batchAt: (step: number) => ({
      ...line.batchAt(step),
      y: float32([2, 1], [1, wrong[step + 1] ?? 2]),
    }),
  };
}

Deno.test("a step with a NaN loss is recorded, changes nothing, and the run continues", async () => {
  for (const wrong of [NaN, Infinity, -Infinity]) {
    using run = newRun();
    const saves: Checkpoint<TrainState<{ w: NdArray }>>[] = [];
    await trainIn(run, {
      ...poisoned({ 3: wrong }),
      config: { ...CONFIG, averages: true },
      saveEvery: 0, // after every step
      async save(checkpoint) {
        saves.push(await savedArrays(checkpoint));
      },
    });
    assert.deepEqual(saves.map(({ step }) => step), [1, 2, 3, 4, 5]);
    const [, second, third, fourth] = saves;
    assertSameBits(third!.state, second!.state);
    assert.notDeepEqual(fourth!.state, third!.state);
    assert.equal(third!.guard?.refused, 1);
    assert.equal(fourth!.guard?.refusedInARow, 0);
    for (const [path, { data }] of leavesOf(saves.at(-1)!.state, isNdArray)) {
      assert.ok(data.every(Number.isFinite), path);
    }
    const lines = await readJsonl(run.metricsPath);
    assert.deepEqual(lines.map(({ step }) => step), [1, 2, 3, 4, 5]);
    assert.deepEqual(lines[2], {
      stage: "model",
      step: 3,
      learningRate: learningRateAt(2, CONFIG.schedule),
      skipped: `loss is ${Number.isNaN(wrong) ? "NaN" : "Infinity"}`,
    });
  }
});

Deno.test("a gradient spike is skipped", async () => {
  using run = newRun();
  const config = {
    ...CONFIG,
    schedule: { ...CONFIG.schedule, totalSteps: 20 },
  };
  await trainIn(run, { ...poisoned({ 18: 1e6 }), config });
  const lines = await readJsonl(run.metricsPath);
  assert.match(
    String(lines[17]!.skipped),
    /^gradientNorm is \d\.\d+e\+?\d+|^gradientNorm is \d+, above the limit of \d+/,
  );
  assert.deepEqual(
    lines.filter(({ skipped }) => skipped).map(({ step }) => step),
    [18],
  );
});

Deno.test("three refused steps in a row end the run; the state before them is saved", async () => {
  using run = newRun();
  await assert.rejects(
    () => trainIn(run, poisoned({ 3: NaN, 4: NaN, 5: NaN })),
    new DivergedError(
      'Training of "model" diverged at step 5, after 3 refused steps in a ' +
        "row: loss is NaN; the state before them is saved; lower the " +
        "learning rate or check the data",
    ),
  );
  const saved = await loadCheckpoint<TrainState<{ w: NdArray }>>(
    run.checkpoint,
    CONFIG,
  );
  assert.equal(saved?.step, 5);
  assert.deepEqual(
    [saved.guard?.refused, saved.guard?.refusedInARow],
    [3, 0],
  );
  using short = newRun();
  const abort = new AbortController();
  await assert.rejects(
    () =>
      trainIn(short, {
        ...line,
        signal: abort.signal,
        onRecord: ({ step }) => void (step === 2 && abort.abort()),
      }),
    StoppedError,
  );
  const before = await loadCheckpoint<TrainState<{ w: NdArray }>>(
    short.checkpoint,
    CONFIG,
  );
  assertSameBits(saved.state, before!.state);
  const lines = await readJsonl(run.metricsPath);
  assert.deepEqual(
    lines.map(({ skipped }) => skipped),
    [undefined, undefined, "loss is NaN", "loss is NaN", "loss is NaN"],
  );
});

Deno.test("a NaN gradient is refused, even with a finite loss", async () => {
  using run = newRun();
  await assert.rejects(
    () =>
      trainIn(run, {
        ...line,
        // The root has an infinite slope at 0, where it is 0.
        lossOf: ({ w }: { w: tf.Tensor }) => ({
          loss: tf.sum(tf.sqrt(w)),
          metrics: {},
        }),
      }),
    /diverged at step 3, after 3 refused steps in a row: gradientNorm is Infinity; /,
  );
});

Deno.test("accumulated microbatches update the parameters as the whole batch does", async () => {
  const whole = newRun();
  const parts = newRun();
  const row = (i: number): number[] => [Math.sin(i), Math.cos(i)];
  const batchOf = (rows: readonly number[]) => ({
    x: float32([rows.length, 2], rows.flatMap(row)),
    y: float32([rows.length, 1], rows.map((i) => i % 3)),
  });
  const range = (from: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => from + i);
  const large = await trainIn(whole, {
    ...line,
    batchAt: (step: number) => batchOf(range(6 * step, 6)),
  });
  const small = await trainIn(parts, {
    ...line,
    config: { ...CONFIG, accumulation: 3 },
    batchAt: (index: number) => batchOf(range(2 * index, 2)),
  });
  for (const name of ["parameters", "moments"] as const) {
    const wanted = leavesOf(large.state[name], isNdArray);
    leavesOf(small.state[name], isNdArray).forEach(([path, { data }], i) =>
      data.forEach((value, j) =>
        assert.ok(
          Math.abs(value - wanted[i]![1].data[j]!) < 1e-6,
          `${name}/${path}[${j}]`,
        )
      )
    );
  }
  const [a, b] = await Promise.all(
    [whole, parts].map(({ metricsPath }) => readJsonl(metricsPath)),
  );
  for (const [i, { loss, gradientNorm }] of a!.entries()) {
    assert.ok(Math.abs(Number(b![i]!.loss) - Number(loss)) < 1e-6);
    assert.ok(
      Math.abs(Number(b![i]!.gradientNorm) - Number(gradientNorm)) < 1e-6,
    );
  }
  whole[Symbol.dispose]();
  parts[Symbol.dispose]();
});

Deno.test("a NaN in one microbatch does not stay in the sums", async () => {
  using run = newRun();
  const { state } = await trainIn(run, {
    ...line,
    config: { ...CONFIG, accumulation: 2 },
    batchAt: (index: number) => ({
      ...line.batchAt(index),
      y: float32([2, 1], [1, index === 3 ? NaN : 2]),
    }),
  });
  const lines = await readJsonl(run.metricsPath);
  assert.deepEqual(
    lines.map(({ skipped }) => skipped),
    [undefined, "loss is NaN", undefined, undefined, undefined],
  );
  for (const [path, { data }] of leavesOf(state, isNdArray)) {
    assert.ok(data.every(Number.isFinite), path);
  }
});

Deno.test("an evaluator runs before the first step, at intervals and at the end, once each", async () => {
  using run = newRun();
  const asked: number[] = [];
  const best: string[] = [];
  const scores: Record<number, number> = { 0: 5, 2: 3, 4: 4, 5: 2 };
  const abort = new AbortController();
  const choices = {
    ...line,
    signal: abort.signal,
    evaluator: {
      every: 2,
      evaluate(_state: unknown, step: number) {
        asked.push(step);
        if (step === 4) abort.abort();
        const score = scores[step]!;
        return Promise.resolve({ score, record: { heldOut: score } });
      },
      onBest(_state: unknown, step: number, score: number) {
        best.push(`${step}: ${score}`);
        return Promise.resolve();
      },
    },
  };
  await assert.rejects(() => trainIn(run, choices), StoppedError);
  const { best: last } = await trainIn(run, {
    ...choices,
    signal: undefined,
  });
  assert.deepEqual(asked, [0, 2, 4, 5]);
  assert.deepEqual(best, ["0: 5", "2: 3", "5: 2"]);
  assert.deepEqual(last, { step: 5, score: 2 });
  const lines = await readJsonl(run.metricsPath);
  assert.deepEqual(
    lines.flatMap(({ step, heldOut }) => heldOut ? [[step, heldOut]] : []),
    [[0, 5], [2, 3], [4, 4], [5, 2]],
  );
});

Deno.test("an evaluation of NaN is written as text, and any number is better", async () => {
  using run = newRun();
  const abort = new AbortController();
  const choices = {
    ...line,
    signal: abort.signal,
    evaluator: {
      every: 2,
      evaluate(_state: unknown, step: number) {
        if (step === 2) abort.abort();
        const score = step < 4 ? NaN : step;
        return Promise.resolve({ score, record: { bySigma: { 0.1: score } } });
      },
    },
  };
  await assert.rejects(() => trainIn(run, choices), StoppedError);
  const { best } = await trainIn(run, { ...choices, signal: undefined });
  assert.deepEqual(best, { step: 4, score: 4 });
  const lines = await readJsonl(run.metricsPath);
  assert.deepEqual(
    lines.flatMap(({ bySigma }) => bySigma ? [bySigma] : []),
    [{ 0.1: "NaN" }, { 0.1: "NaN" }, { 0.1: 4 }, { 0.1: 5 }],
  );
});

Deno.test("a request saves and continues, or stops with its reason", async () => {
  using run = newRun();
  const saves: number[] = [];
  let asked = 0;
  await assert.rejects(
    () =>
      trainIn(run, {
        ...line,
        save: ({ step }) => void saves.push(step),
        request() {
          asked++;
          if (asked === 2) return { kind: "save" };
          return asked === 4 ? { kind: "stop", reason: "time" } : undefined;
        },
      }),
    (error) => error instanceof StoppedError && error.reason === "time",
  );
  assert.deepEqual(saves, [2, 4]);
});

Deno.test("timers run while the device computes, and batches are prefetched", async () => {
  using run = newRun();
  const order: string[] = [];
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await trainIn(run, {
    ...tinyVae(),
    batchAt(step) {
      order.push(`batch ${step}`);
      return tinyVae().batchAt(step);
    },
    onRecord: ({ step }) => void order.push(`step ${step}`),
  });
  clearInterval(timer);
  assert.deepEqual(order.slice(0, 4), [
    "batch 0",
    "batch 1",
    "step 1",
    "batch 2",
  ]);
  assert.ok(ticks >= 5, `${ticks} ticks in 5 steps`);
});

Deno.test("train() reports progress from the resumed step and finishes the task", async () => {
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
    onRecord: ({ step }: MetricsRecord) => void (step === 2 && abort.abort()),
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
