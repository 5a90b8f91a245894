import assert from "node:assert/strict";
import { savedArrays } from "../_saved_state.ts";
import * as tf from "@tensorflow/tfjs-core";
import {
  float32,
  isNdArray,
  leavesOf,
  type NdArray,
  RunFailedError,
  silentProgress,
  StoppedError,
} from "lib/core/mod.ts";
import {
  jitWithState,
  type OnDevice,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import type { Ranks } from "lib/ranks/mod.ts";
import {
  ADAMW_DEFAULTS,
  type Checkpoint,
  type Evaluator,
  type MetricsRecord,
  STATE_ON_DEVICE,
  type StatePlan,
  train,
  type Trained,
  type Training,
  type TrainState,
} from "lib/trainer/mod.ts";
import { assertEqualStates } from "lib/trainer/loop/agreement.ts";
import { ofFirstRank } from "lib/trainer/checkpoints/first_rank.ts";
import { ranksInOneProcess } from "../../ranks/_ranks_in_one_process.ts";
import { device } from "../_tiny_models.ts";

type Parameters = {
  w: ReturnType<typeof float32>;
  b: ReturnType<typeof float32>;
};

/** Two rows of a microbatch, which follow from its number. */
function batchAt(index: number) {
  const row = (i: number): number[] => [Math.sin(i), Math.cos(i)];
  return {
    x: float32([2, 2], [...row(2 * index), ...row(2 * index + 1)]),
    y: float32([2, 1], [index % 3, 1]),
  };
}

/** A training of a line, its lines of metrics and its checkpoints. */
function trainLine(
  { gradientSums = "device", ...choices }:
    & Partial<Training<Parameters, never, object>>
    & Partial<Pick<StatePlan, "gradientSums">> = {},
): {
  ended: Promise<Trained<Parameters>>;
  records: MetricsRecord[];
  saved: Checkpoint<TrainState<Parameters>>[];
} {
  const records: MetricsRecord[] = [];
  const saved: Checkpoint<TrainState<Parameters>>[] = [];
  const line = {
    initial: { w: float32([2, 1], [0, 0]), b: float32([1], [0.1]) },
    lossOf: (
      { w, b }: { w: tf.Tensor; b: tf.Tensor },
      { x, y }: { x: tf.Tensor; y: tf.Tensor },
    ) => {
      const losses = tf.squaredDifference(tf.add(tf.matMul(x, w), b), y);
      return {
        loss: tf.mean(losses),
        metrics: { losses, peak: tf.max(losses) },
      };
    },
    batchAt,
    notesOf: ({ y }: { y: NdArray }) => ({ y }),
    measure: (
      microbatches: readonly Record<string, { data: ArrayLike<number> }>[],
    ) => ({
      seen: microbatches.flatMap((
        { y, losses },
      ) => [y!.data[0]!, losses!.data.length]),
    }),
  };
  const ended = train({
    name: "line",
    device,
    config: {
      schedule: { peak: 0.01, warmupSteps: 1, totalSteps: 5, floor: 0 },
      optimiser: ADAMW_DEFAULTS,
      clipNorm: 1,
      accumulation: 4,
      averages: true,
      plan: { ...STATE_ON_DEVICE, gradientSums },
    },
    ...line,
    metrics: {
      bytes: 0,
      digest: "",
      append: (record: MetricsRecord) => void records.push(record),
      sync() {},
    },
    progress: silentProgress,
    save: async (checkpoint) => void saved.push(await savedArrays(checkpoint)),
    saveEvery: Infinity,
    clock: () => 0,
    ...choices as object,
  }) as unknown as Promise<Trained<Parameters>>;
  return { ended, records, saved };
}

/** The numbers of all arrays of a tree. */
function valuesOf(tree: unknown): unknown {
  return Object.fromEntries(
    leavesOf(tree, isNdArray).map(([path, { data }]) => [path, [...data]]),
  );
}

/** Compares metrics field by field, up to rounding. */
function assertClose(found: unknown, wanted: unknown): void {
  if (typeof wanted === "number") {
    assert.ok(
      Math.abs(Number(found) - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted)),
      `${found} instead of ${wanted}`,
    );
  } else if (typeof wanted === "object" && wanted !== null) {
    assert.deepEqual(Object.keys(found!), Object.keys(wanted));
    for (const [name, value] of Object.entries(wanted)) {
      assertClose((found as Record<string, unknown>)[name], value);
    }
  } else assert.equal(found, wanted);
}

/** Evaluates to the first weight of the long EMA, by way of a compiled function. */
function weightOf(): Evaluator<Parameters> {
  let compiled: ReturnType<typeof compile>;
  const compile = (w: OnDevice<Parameters>["w"]) =>
    jitWithState((state: { w: tf.Tensor }) => ({ outputs: state }), { w }, {
      device,
      name: "weight",
    });
  return {
    every: 2,
    async evaluate({ parameters, averages }, step) {
      compiled ??= compile(averages!.long.w);
      const { w } = await compiled.run({});
      const [score] = w.data;
      const current = (await readState(parameters)).w.data[0];
      const short = (await readState(averages!.short)).w.data[0];
      return { score: -score!, record: { score, current, short, step } };
    },
  };
}

for (
  const [size, shardOptimiser, gradientSums] of [
    ...[[2, false, "device"], [3, false, "device"], [6, false, "device"]],
    ...[[2, true, "device"], [3, true, "device"], [6, true, "device"]],
    ...[[2, false, "host"], [3, true, "host"]],
  ] as [number, boolean, StatePlan["gradientSums"]][]
) {
  const name = `${size} ranks ${shardOptimiser ? "with shares " : ""}` +
    (gradientSums === "host" ? "and sums on the host " : "");
  Deno.test(`${name}train as one does, with the same metrics`, async () => {
    const taken: unknown[] = [];
    const choices = (list: unknown[]) => ({
      evaluator: weightOf(),
      snapshots: {
        every: 2,
        take: (averages: unknown, step: number) =>
          Promise.resolve(void list.push(step, valuesOf(averages))),
      },
    });
    const alone = trainLine(choices(taken));
    const { parameters, state } = await alone.ended;
    const lists: unknown[][] = Array.from({ length: size }, () => []);
    const runs = ranksInOneProcess(size).map((ranks) =>
      trainLine({
        ranks,
        shardOptimiser,
        gradientSums,
        overlap: 2,
        ...choices(lists[ranks.rank]!),
      })
    );
    const ended = await Promise.all(runs.map((run) => run.ended));
    assertClose(lists[0], taken);
    assert.deepEqual(lists.slice(1).flat(), []);
    assertClose(valuesOf(ended[0]!.state), valuesOf(state));
    assertClose(
      runs[0]!.saved.map(({ state }) => valuesOf(state)),
      alone.saved.map(({ state }) => valuesOf(state)),
    );
    assertClose(runs[0]!.records, alone.records);
    assertClose([...ended[0]!.parameters.w.data], [...parameters.w.data]);
    for (const other of ended) {
      assert.deepEqual(other.parameters.w.data, ended[0]!.parameters.w.data);
    }
    assert.deepEqual(runs.map(({ saved }) => saved.length > 0), [
      true,
      ...Array(size - 1).fill(false),
    ]);
  });
}

Deno.test("a signal to one rank stops all, and another number of ranks goes on", async () => {
  const alone = trainLine();
  const wanted = await alone.ended;
  const abort = new AbortController();
  const stopped = ranksInOneProcess(4).map((ranks) =>
    trainLine({
      ranks,
      ...(ranks.rank === 3 && { signal: abort.signal }),
      onRecord: ({ step }) => void (step === 2 && abort.abort()),
    })
  );
  for (const { ended } of stopped) {
    await assert.rejects(
      ended,
      new StoppedError('Training of "line" was stopped at step 2; it is saved'),
    );
  }
  const form = stopped[0]!.saved[0]!.state;
  const resumed = ranksInOneProcess(2).map(async (ranks: Ranks) => {
    const resume = await ofFirstRank(
      ranks,
      form,
      () =>
        ranks.rank === 0
          ? Promise.resolve(stopped[0]!.saved[0])
          : assert.fail("rank 1 read a checkpoint"),
    );
    return await trainLine({ ranks, resume }).ended;
  });
  for (const { parameters } of await Promise.all(resumed)) {
    assertClose([...parameters.w.data], [...wanted.parameters.w.data]);
  }
});

Deno.test("unreadable data of rank 0 saves what is done, that of another nothing", async () => {
  for (const failing of [0, 1]) {
    const group = ranksInOneProcess(2);
    const runs = group.map((ranks) =>
      trainLine({
        ranks,
        ...(ranks.rank === failing && {
          batchAt(index: number) {
            if (index >= 8) throw new Error("lost"); // from step 2 on
            return batchAt(index) as never;
          },
        }),
      })
    );
    const other = assert.rejects(
      runs[1 - failing]!.ended,
      new Error("aborted with 1"),
    );
    await assert.rejects(runs[failing]!.ended, new Error("lost"));
    group[failing]!.abort(1);
    await other;
    assert.deepEqual(
      runs[0]!.saved.map(({ step }) => step),
      failing === 0 ? [2] : [],
    );
  }
});

Deno.test("ranks with different parameters are named", async () => {
  const found = await Promise.allSettled(
    ranksInOneProcess(3).map(async (ranks) => {
      const w = float32([2], [1, ranks.rank === 2 ? 3 : 2]);
      const state = await uploadState(device, { w });
      await assertEqualStates(ranks, state, "line, step 4");
    }),
  );
  for (const { status, ...rest } of found) {
    assert.equal(status, "rejected");
    const { reason } = rest as PromiseRejectedResult;
    assert.ok(reason instanceof RunFailedError);
    assert.match(
      reason.message,
      /^line, step 4: the parameters of all ranks must be equal: those of rank 2 differ from those of rank 0: /,
    );
  }
});
