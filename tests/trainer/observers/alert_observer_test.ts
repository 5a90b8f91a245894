import assert from "node:assert/strict";
import { alertObserver } from "lib/trainer/observers/alert_observer.ts";
import type { Alert } from "lib/trainer/alerts/mod.ts";

function observer() {
  const sent: Alert[] = [];
  const alerts = alertObserver({
    run: "runs/a",
    channels: [{
      name: "log",
      send: (alert) => Promise.resolve(void sent.push(alert)),
    }],
    now: () => new Date(0),
    wait: () => Promise.resolve(),
    log: (line) => assert.fail(line),
  });
  return { sent, alerts };
}

Deno.test("the end of a run sends an alert, a stop does not", async () => {
  const { sent, alerts } = observer();
  await alerts.end!({ state: "stopped", message: "was stopped" });
  assert.deepEqual(sent, []);
  await alerts.end!({ state: "failed", message: "the disk is full" });
  await alerts.end!({ state: "done", message: "" });
  assert.deepEqual(sent, [
    {
      kind: "failed",
      title: "The run failed",
      text: "the disk is full",
      run: "runs/a",
      time: "1970-01-01T00:00:00.000Z",
    },
    {
      kind: "finished",
      title: "The run is done",
      text: "",
      run: "runs/a",
      time: "1970-01-01T00:00:00.000Z",
    },
  ]);
});

Deno.test("NaN sends one alert, a spike none", async () => {
  const { sent, alerts } = observer();
  await alerts.record!("phase1", {
    step: 6,
    skipped: "gradientNorm is 90, above the limit of 20",
  });
  await alerts.record!("phase1", { step: 7, loss: 1 });
  assert.deepEqual(sent, []);
  await alerts.record!("phase1", { step: 8, skipped: "loss is NaN" });
  await alerts.record!("phase1", { step: 9, skipped: "loss is NaN" });
  assert.deepEqual(sent.map(({ kind, title }) => [kind, title]), [
    ["not-a-number", "phase1, step 8: loss is NaN"],
  ]);
});

Deno.test("low disk space and high GPU memory send one alert each", async () => {
  const { sent, alerts } = observer();
  const gpu = (memoryUsed: number) => ({
    use: 1,
    memoryUsed,
    memoryTotal: 100,
    temperature: 60,
  });
  await alerts.check({ diskFree: 2e9, gpu: gpu(90) });
  assert.deepEqual(sent, []);
  for (let i = 0; i < 2; i++) {
    await alerts.check({ diskFree: 1.94e9, gpu: gpu(91) });
  }
  assert.deepEqual(sent.map(({ title }) => title), [
    "1.9 GB of disk space left",
    "91 % of the GPU memory in use",
  ]);
});
