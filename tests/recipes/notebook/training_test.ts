import assert from "node:assert/strict";
import { silentProgress } from "lib/core/mod.ts";
import { metricSeries, notebookHost } from "lib/recipes/notebook/mod.ts";

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

Deno.test("notebookHost() hands the bars and a live Stop to training", async () => {
  const lines: string[] = [];
  const stop = new AbortController();
  const host = await notebookHost(
    { progress: silentProgress, stopSignal: stop.signal },
    { alerts: undefined, perceptual: 0 },
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
        { progress: silentProgress, stopSignal: new AbortController().signal },
        { alerts: file, perceptual: 0 },
        () => {},
      ),
      { name: "InputError", message: /Cannot read alerts from .*webhok/ },
    );
  } finally {
    await Deno.remove(file);
  }
});
