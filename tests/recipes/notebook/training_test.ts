import assert from "node:assert/strict";
import { silentProgress } from "lib/core/mod.ts";
import type { LiveContent } from "lib/notebook/mod.ts";
import {
  assertTrained,
  metricSeries,
  notebookHost,
  runMetrics,
} from "lib/recipes/notebook/mod.ts";

/** What live views were asked to show, each with the number of its view. */
const drawn: [view: number, content: LiveContent][] = [];
let views = 0;
const live = () => {
  const view = ++views;
  return {
    draw: (content: LiveContent) =>
      Promise.resolve(void drawn.push([view, content])),
  };
};

Deno.test("metricSeries() leaves out records without the metric, and other stages", () => {
  const records = [
    { stage: "vae", step: 0, heldOutPsnr: 12 },
    { stage: "vae", step: 1, loss: 0.5 },
    { stage: "vae", step: 2, loss: null },
    { stage: "phase1", step: 1, loss: 3 },
    { stage: "vae", step: 3, loss: 0.25 },
  ];
  assert.deepEqual(metricSeries(records, "vae", "loss", "training"), {
    name: "training",
    x: [1, 3],
    y: [0.5, 0.25],
  });
  assert.deepEqual(metricSeries(records, "phase2", "loss"), {
    name: "phase2",
    x: [],
    y: [],
  });
});

Deno.test("runMetrics() says which cell to run where nothing was trained", async () => {
  const run = await Deno.makeTempDir();
  const error = (stage: string) => ({
    name: "InputError",
    message:
      `Cannot show metrics of "${run}": ${stage} must have been trained for an ` +
      "update at least: there is none; run the cell that trains",
  });
  await assert.rejects(runMetrics(run), error("it"));
  await Deno.writeTextFile(`${run}/metrics.jsonl`, "");
  await assert.rejects(runMetrics(run), error("it"));
  const records = [{ stage: "vae", step: 1, loss: 0.5 }];
  await Deno.writeTextFile(
    `${run}/metrics.jsonl`,
    JSON.stringify(records[0]) + "\n",
  );
  assert.deepEqual(await runMetrics(run), records);
  assert.deepEqual(await runMetrics(run, "vae"), records);
  await assert.rejects(runMetrics(run, "phase1"), error("phase1"));
});

Deno.test("assertTrained() says which cell to run until a stage is done", async () => {
  const run = await Deno.makeTempDir();
  await assert.rejects(assertTrained(run, "vae"), {
    name: "InputError",
    message: `Cannot check vae of "${run}": its training must be done: it is ` +
      "not; run the cell that trains, which resumes",
  });
  await Deno.mkdir(`${run}/vae`);
  await Deno.writeTextFile(
    `${run}/vae/done.json`,
    '{"steps":1,"metricsBytes":0}',
  );
  await assertTrained(run, "vae");
});

Deno.test("notebookHost() hands the bars and a live Stop to training", async () => {
  const lines: string[] = [];
  const stop = new AbortController();
  const host = await notebookHost(
    { progress: silentProgress, stopSignal: stop.signal, live },
    { run: "runs/none", alerts: undefined, perceptual: 0 },
    (line) => lines.push(line),
  );
  assert.equal(host.progress, silentProgress);
  host.log("hello");
  assert.deepEqual(lines, ["hello"]);
  stop.abort();
  assert.equal(host.signal.aborted, true);
});

Deno.test("notebookHost() refuses alerts to nobody in particular, as the command does", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, '{"webhok":1}');
    await assert.rejects(
      notebookHost(
        {
          progress: silentProgress,
          stopSignal: new AbortController().signal,
          live,
        },
        { run: "runs/none", alerts: file, perceptual: 0 },
        () => {},
      ),
      { name: "InputError", message: /Cannot read alerts from .*webhok/ },
    );
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("notebookHost() draws memory, curves and samples with each evaluation", async () => {
  const run = await Deno.makeTempDir();
  const host = await notebookHost(
    {
      progress: silentProgress,
      stopSignal: new AbortController().signal,
      live,
    },
    { run, alerts: undefined, perceptual: 0 },
    () => {},
  );
  await Deno.mkdir(`${run}/samples`);
  await Deno.writeFile(`${run}/samples/phase1-2.png`, new Uint8Array([1]));
  drawn.length = 0;
  const records = [
    { stage: "phase1", step: 0, heldOutLoss: 4 },
    { stage: "phase1", step: 1, loss: 3 },
    { stage: "phase1", step: 2, heldOutLoss: 2 },
    { stage: "phase2", step: 0, heldOutLoss: 1 },
  ];
  const bar = { title: "phase1", parts: [{ name: "moments", bytes: 2e6 }] };
  for (const record of records) {
    if (record.step === 1) host.displayMemory!("phase1", bar);
    await Deno.writeTextFile(
      `${run}/metrics.jsonl`,
      JSON.stringify(record) + "\n",
      { append: true },
    );
    await host.display!(record);
  }
  const [first, , last] = drawn;
  assert.equal(drawn.length, 3, "a step between evaluations comes too soon");
  assert.deepEqual(first![1].picture, undefined);
  assert.deepEqual(drawn[1]![1].picture, {
    png: new Uint8Array([1]),
    caption: "phase1: samples after 2 updates",
  });
  const bars = drawn.map(([, { html = "" }]) =>
    html.includes("moments 2.00 MB")
  );
  assert.deepEqual(bars, [false, true, false], "the bar of the stage's memory");
  const [loss] = drawn[1]![1].figures;
  assert.deepEqual(loss!.series.map(({ x, y }) => [x, y]), [
    [[1], [3]],
    [[0, 2], [4, 2]],
  ]);
  assert.notEqual(last![0], first![0], "a stage has a view of its own");
});
