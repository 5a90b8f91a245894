import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { type OnDevice, openDevice, readState } from "lib/compiler/mod.ts";
import {
  float32,
  int32,
  isNdArray,
  leavesOf,
  type NdArray,
  silentProgress,
} from "lib/core/mod.ts";
import {
  ADAFACTOR_DEFAULTS,
  ADAMW_DEFAULTS,
  type Checkpoint,
  type OptimiserConfig,
  type StatePlan,
  train,
  type Trained,
  type Training,
  type TrainState,
} from "lib/trainer/mod.ts";
import { ONE_RANK, type Ranks } from "lib/ranks/mod.ts";
import { ranksInOneProcess } from "../../ranks/_ranks_in_one_process.ts";
import { device } from "../_tiny_models.ts";

interface Parameters {
  readonly text: { readonly table: NdArray };
  readonly weight: NdArray;
}

const TABLE = {
  tables: [{ path: "text/table", rowsIn: ["left", "right"], reads: 4 }],
  rule: ADAMW_DEFAULTS,
};
const PLAN: StatePlan = {
  averages: "host",
  averageEvery: 1,
  update: "whole",
  embeddings: "host",
  gradientSums: "device",
};

/** Fits sums of rows of a table of six to numbers. */
function learner(rows: number) {
  return {
    initial: {
      text: { table: float32([6, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) },
      weight: float32([2, 1], [0.5, -0.5]),
    },
    lossOf(
      { text, weight }: { text: { table: tf.Tensor }; weight: tf.Tensor },
      { ids, y }: {
        ids: { left: tf.Tensor; right: tf.Tensor };
        y: tf.Tensor;
      },
    ) {
      const read = (of: tf.Tensor) => tf.gather(text.table, of as tf.Tensor1D);
      const x = tf.add(read(ids.left), read(ids.right));
      const found = tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D);
      return { loss: tf.mean(tf.squaredDifference(found, y)), metrics: {} };
    },
    batchAt: (index: number) => ({
      ids: {
        left: int32([2], [index % rows, (index + 1) % rows]),
        right: int32([2], [(index + 2) % rows, (index * 2) % rows]),
      },
      y: float32([2, 1], [index % 3, 1]),
    }),
  };
}

interface Choices extends Partial<Training<Parameters, never, never>> {
  readonly rows?: number;
  readonly plan?: Partial<StatePlan>;
  readonly accumulation?: number;
  readonly optimiser?: OptimiserConfig;
  readonly steps?: number;
}

async function trained(
  {
    rows = 6,
    plan = {},
    accumulation = 1,
    optimiser = ADAMW_DEFAULTS,
    steps = 6,
    ...choices
  }: Choices,
): Promise<Trained<Parameters>> {
  const state = { ...PLAN, ...plan };
  return await train({
    ...learner(rows),
    name: "model",
    device,
    config: {
      schedule: { peak: 0.05, warmupSteps: 1, totalSteps: steps, floor: 0.05 },
      optimiser,
      clipNorm: 0.5,
      accumulation,
      averages: true,
      plan: state,
      ...(state.embeddings === "host" && { tables: TABLE }),
    },
    metrics: { bytes: 0, digest: "", append() {}, sync() {} },
    progress: silentProgress,
    save() {},
    saveEvery: Infinity,
    clock: () => 0,
    ...choices as object,
  } as never) as Trained<Parameters>;
}

const valuesOf = (tree: unknown) =>
  new Map(leavesOf(tree, isNdArray).map(([path, { data }]) => [path, data]));

function assertNear(found: unknown, wanted: unknown, tolerance: number): void {
  const [left, right] = [valuesOf(found), valuesOf(wanted)];
  assert.deepEqual([...left.keys()].sort(), [...right.keys()].sort());
  for (const [path, data] of right) {
    for (const [i, value] of data.entries()) {
      const error = Math.abs(left.get(path)![i]! - value);
      assert.ok(error <= tolerance, `${path}, ${i}: off by ${error}`);
    }
  }
}

for (const update of ["whole", "layers"] as const) {
  Deno.test(`a table on the host whose rows are all read trains as on the device, update: ${update}`, async () => {
    const choices = { rows: 3, accumulation: 3 };
    const there = await trained({ ...choices, plan: { embeddings: "device" } });
    const here = await trained({ ...choices, plan: { update } });
    // Rows 3 to 5 are never read; on the device they decay.
    const read = ({ state }: Trained<Parameters>) => ({
      ...state,
      parameters: { weight: state.parameters.weight },
      averages: state.averages!.long.weight,
      rows: float32([6], state.parameters.text.table.data.subarray(0, 6)),
    });
    assertNear(read(here), read(there), 1e-5);
  });
}

Deno.test("rows that no update reads keep value and moments", async () => {
  const { state } = await trained({ rows: 4 });
  const { table } = state.parameters.text;
  assert.deepEqual([...table.data.subarray(8)], [9, 1, 2, 3]);
  const { first, second } = state.moments as Record<string, Parameters>;
  for (const { text } of [first!, second!]) {
    assert.deepEqual([...text.table.data.subarray(8)], [0, 0, 0, 0]);
    assert.ok(text.table.data.subarray(0, 8).every((x) => x !== 0));
  }
});

Deno.test("tables on the host keep AdamW's moments beside those of any optimiser", async () => {
  const { state } = await trained({ optimiser: ADAFACTOR_DEFAULTS });
  const paths = leavesOf(state.moments, isNdArray).map(([path]) => path);
  assert.deepEqual(paths.sort(), [
    "columns/weight",
    "first/text/table",
    "rows/weight",
    "second/text/table",
  ]);
});

Deno.test("a training with tables on the host resumes bit for bit", async () => {
  let saved: Checkpoint<TrainState<Parameters>> | undefined;
  const straight = await trained({ accumulation: 2 });
  const abort = new AbortController();
  await assert.rejects(
    trained({
      accumulation: 2,
      signal: abort.signal,
      onRecord: ({ step }) => void (step === 3 && abort.abort()),
      save(checkpoint) {
        return readArrays(checkpoint.state).then((state) => {
          saved = { ...checkpoint, state };
        });
      },
    }),
    { name: "StoppedError" },
  );
  assert.equal(saved!.step, 3);
  const resumed = await trained({ accumulation: 2, resume: saved! });
  assert.deepEqual(valuesOf(resumed.state), valuesOf(straight.state));
});

/** A state to save, whose leaves may be on the device. */
async function readArrays<P>(state: TrainState<P>): Promise<TrainState<P>> {
  const arrays = async (tree: unknown): Promise<unknown> => {
    if (isNdArray(tree)) return { ...tree, data: tree.data.slice() };
    if (typeof (tree as { read?: unknown }).read === "function") {
      return await readState(tree);
    }
    const entries = Object.entries(tree as object).map(async (
      [name, child],
    ) => [name, await arrays(child)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  return await arrays(state) as TrainState<P>;
}

Deno.test("evaluations see the EMA of a whole table, in the same tensors each time", async () => {
  const seen: { table: NdArray; long: NdArray }[] = [];
  const tensors = new Set<unknown>();
  const { state } = await trained({
    evaluator: {
      every: 3,
      async evaluate(shown: OnDevice<TrainState<Parameters>>) {
        const { table } = shown.averages!.long.text;
        tensors.add(table);
        const current = shown.parameters.text.table;
        seen.push({ long: await table.read(), table: await current.read() });
        return { score: 1, record: {} };
      },
    } as never,
  });
  assert.equal(seen.length, 3);
  assert.equal(tensors.size, 1);
  assert.deepEqual(seen[0]!.long.data, learner(6).initial.text.table.data);
  assert.deepEqual(seen[2]!.long.data, state.averages!.long.text.table.data);
  assert.deepEqual(seen[2]!.table.data, state.parameters.text.table.data);
  assert.notDeepEqual(seen[2]!.long.data, seen[2]!.table.data);
});

Deno.test("two ranks with tables on the host train as one", async () => {
  const alone = await trained({ accumulation: 2, ranks: ONE_RANK });
  const runs = ranksInOneProcess(2).map((ranks: Ranks) =>
    trained({ accumulation: 2, ranks })
  );
  const [first, second] = await Promise.all(runs);
  assertNear(first!.parameters, alone.parameters, 1e-6);
  assert.deepEqual(valuesOf(second!.parameters), valuesOf(first!.parameters));
});

Deno.test("a tensor whose memory was given back can be written again", async () => {
  const own = await openDevice("cpu", { threads: 1 });
  using tensor = await own.upload(float32([2], [1, 2]));
  tensor.release();
  await tensor.write(float32([2], [3, 4]));
  assert.deepEqual([...(await tensor.read()).data], [3, 4]);
  own[Symbol.dispose]();
});
