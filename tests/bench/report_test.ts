import assert from "node:assert/strict";
import { hostname } from "node:os";
import { peakRssBytes, placeOf, thisMachine } from "../../bench/machine.ts";
import { rowsOf } from "../../bench/profile.ts";
import { resultText, saveResult } from "../../bench/report.ts";
import { type BenchResult, gflopsOf } from "../../bench/result.ts";

const MACHINE = {
  cpu: "Abacus 9",
  threads: 2,
  system: "linux x86_64",
  deno: "2",
  onnxruntime: "1",
  tfjs: "4",
};

const RESULT: BenchResult = {
  bench: "step",
  device: "cpu",
  sizes: { tokens: "4x16x16" },
  checked: ["losses"],
  medianMs: 500,
  minMs: 400,
  steps: 3,
  parameters: 16_000_000,
  gflops: 100,
  fractionOfMatmulPeak: 0.8,
  compileMs: 1,
  peakRssBytes: 2 ** 30,
  torch: {
    version: "2.13",
    layout: "contiguous",
    medianMs: 1000,
    minMs: 900,
    steps: 3,
    peakRssBytes: 2 ** 29,
  },
  ratio: 0.5,
};

Deno.test("resultText() shows both sides and their ratio", () => {
  assert.equal(
    resultText(RESULT, MACHINE),
    `\
step on cpu (Abacus 9, 2 threads): tokens 4x16x16
16.00 million parameters
checked: losses

            median ms  min ms  runs  GFLOP/s  peak MiB
ours            500.0   400.0     3    100.0      1024
torch 2.13     1000.0   900.0     3     50.0       512

80 % of this machine's matmul
ours / torch: 0.50 of the time (torch in contiguous)`,
  );
});

Deno.test("resultText() says why there is no comparison", () => {
  const { torch: _torch, ratio: _ratio, ...alone } = RESULT;
  const text = resultText({ ...alone, note: "no comparison" }, MACHINE);
  assert.match(text, /^no comparison$/m);
  assert.doesNotMatch(text, /torch/);
});

Deno.test("saveResult() keeps the result and the machine, but not whose it is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const machine = thisMachine();
    const path = await saveResult(folder, "2026-11-05", RESULT, machine);
    assert.equal(path, `${folder}/2026-11-05-step-cpu.json`);
    const text = await Deno.readTextFile(path);
    assert.deepEqual(JSON.parse(text), { ...RESULT, machine });
    assert.ok(!text.includes(hostname()));
    assert.doesNotMatch(text, /"[^"]*\/(home|tmp|root|work)\//);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("saveResult() refuses a folder that cannot be", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assert.rejects(
      saveResult(`${file}/results`, "2026-11-05", RESULT, MACHINE),
      { name: "InputError", message: /must be a folder that may be written/ },
    );
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("peakRssBytes() grows with what is held", () => {
  const before = peakRssBytes();
  assert.ok(before > 2 ** 20 && before < 2 ** 36, `${before}`);
  const held = new Uint8Array(before + 2 ** 26).fill(1);
  assert.ok(peakRssBytes() >= held.length);
});

Deno.test("gflopsOf() is operations over time", () => {
  assert.equal(gflopsOf(3e9, 1500), 2);
});

Deno.test("resultText() names the card, and measures no share of its matmul", () => {
  const { fractionOfMatmulPeak: _, ...rest } = RESULT;
  const text = resultText(
    { ...rest, device: "webgpu", card: "Loom 3" },
    MACHINE,
  );
  assert.match(text, /^step on webgpu \(Loom 3\): tokens 4x16x16$/m);
  assert.doesNotMatch(text, /Abacus|matmul/);
  assert.deepEqual(placeOf({ name: "webgpu", description: "Loom 3" }), {
    device: "webgpu",
    card: "Loom 3",
  });
  assert.deepEqual(placeOf({ name: "cpu", description: "2 threads" }), {
    device: "cpu",
  });
});

Deno.test("rowsOf() sums a trace by operation and shapes", () => {
  const event = (op_name: string, shape: number[], dur: number) => ({
    cat: "Node",
    name: "node_kernel_time",
    dur,
    args: { op_name, input_type_shape: [{ float: shape }, { float: [] }] },
  });
  const events = [
    event("Mul", [2, 3], 1000),
    event("Conv", [4], 9000),
    event("Mul", [2, 3], 3000),
    event("Mul", [5], 500),
    { cat: "Session", name: "model_run", dur: 1e9 },
    { cat: "Node", name: "node_fence_before", dur: 1e9 },
  ];
  assert.deepEqual(rowsOf(events, 2, true), [
    { operation: "Conv", shapes: "[4] []", calls: 0.5, milliseconds: 4.5 },
    { operation: "Mul", shapes: "[2,3] []", calls: 1, milliseconds: 2 },
    { operation: "Mul", shapes: "[5] []", calls: 0.5, milliseconds: 0.25 },
  ]);
  assert.deepEqual(rowsOf(events, 2, false), [
    { operation: "Conv", shapes: "all", calls: 0.5, milliseconds: 4.5 },
    { operation: "Mul", shapes: "all", calls: 1.5, milliseconds: 2.25 },
  ]);
});

Deno.test("rowsOf() counts the time that a graphics card reports, not that of submitting", () => {
  const shader = (name: string, shapes: string, dur: number) => ({
    cat: "Api",
    name,
    dur,
    args: { shapes },
  });
  const events = [
    {
      cat: "Node",
      name: "/v3_kernel_time",
      dur: 40,
      args: { op_name: "Conv" },
    },
    shader(
      "/v3&Conv&Conv3DNaive",
      "inputs[0] = {1,4,8} inputs[1] = {8,3} outputs[0] = {1,4,8} ",
      6000,
    ),
    shader("/v4&ReduceSum&Transpose", "inputs[0] = {4} outputs[0] = {} ", 500),
    shader("/v4&ReduceSum&ReduceSum", "inputs[0] = {4} outputs[0] = {} ", 1500),
  ];
  assert.deepEqual(rowsOf(events, 1, true), [
    {
      operation: "Conv3DNaive",
      shapes: "[1,4,8] [8,3]",
      calls: 1,
      milliseconds: 6,
    },
    { operation: "ReduceSum", shapes: "[4]", calls: 1, milliseconds: 1.5 },
    { operation: "Transpose", shapes: "[4]", calls: 1, milliseconds: 0.5 },
  ]);
});
