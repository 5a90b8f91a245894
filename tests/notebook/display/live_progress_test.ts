import assert from "node:assert/strict";
import { type Host, liveProgress, PROGRESS_MIME } from "lib/notebook/mod.ts";

/** A host that notes what it gets, and takes each picture only when told. */
function slowHost(): { host: Host; log: string[]; next: () => Promise<void> } {
  const log: string[] = [];
  let take = (): void => {};
  const noted = (kind: string) => (data: unknown, id?: string) => {
    const text = (data as Record<string, unknown>)["text/plain"];
    log.push(`${kind} ${id}: ${text}`);
    return new Promise<void>((resolve) => take = resolve);
  };
  return {
    host: { show: noted("show"), update: noted("update") },
    log,
    async next() {
      take();
      for (let i = 0; i < 5; i++) await Promise.resolve();
    },
  };
}

Deno.test("liveProgress() shows once, updates in place, and sends one picture at a time", async () => {
  let now = 0;
  const { host, log, next } = slowHost();
  const task = liveProgress(host, () => "bar", () => now)
    .start({ label: "Training", total: 10, unit: "steps" });
  for (let step = 1; step <= 5; step++) {
    now = step;
    task.update(step, { loss: 1 / step });
  }
  assert.deepEqual(log, ["show bar: Training: 0/10 steps"]);
  await next();
  // Not the standing of step 1, which waited first, but of now.
  assert.deepEqual(log.slice(1), [
    "update bar: Training: 5/10 steps, 1 steps/s, 5 s left, loss 0.2",
  ]);
  await next();
  assert.equal(log.length, 2);
  task.finish();
  task.finish();
  task.update(9);
  await next();
  await next();
  assert.deepEqual(log.slice(2), [
    "update bar: Training: ended at 5/10 steps after 5 s, 1 steps/s, loss 0.2",
  ]);
});

Deno.test("liveProgress() sends at most four pictures a second, and the last one always", async () => {
  let now = 0;
  let pictures = 0;
  const count = (): Promise<void> => Promise.resolve(void pictures++);
  const task = liveProgress(
    { show: count, update: count },
    () => "bar",
    () => now,
  ).start({ label: "Training", total: 1000, unit: "steps" });
  for (let step = 1; step <= 1000; step++) {
    now = step / 1000;
    task.update(step);
    await Promise.resolve();
    await Promise.resolve();
  }
  assert.equal(pictures, 1 + 4); // shown, and at 0.25, 0.5, 0.75 and 1 s
  task[Symbol.dispose]();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(pictures, 1 + 4 + 1);
});

Deno.test("liveProgress() carries its numbers as data, and escapes its texts", async () => {
  const seen: Record<string, unknown>[] = [];
  const host: Host = {
    show: (data) => Promise.resolve(void seen.push(data)),
    update: (data) => Promise.resolve(void seen.push(data)),
  };
  const task = liveProgress(host, () => "bar", () => 0)
    .start({ label: "<b>", total: 4, unit: "steps", done: 1 });
  task.update(3, { stage: "a & b" });
  task.finish();
  await Promise.resolve();
  assert.deepEqual(seen[1]?.[PROGRESS_MIME], {
    label: "<b>",
    done: 3,
    total: 4,
    unit: "steps",
    facts: { stage: "a & b" },
    finished: true,
  });
  assert.match(
    String(seen[1]?.["text/html"]),
    /value="3" max="4".*&lt;b&gt;.*a &amp; b/,
  );
});
