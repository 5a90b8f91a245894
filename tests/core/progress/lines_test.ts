import assert from "node:assert/strict";
import { TaskState } from "lib/core/progress/task_state.ts";
import { lineProgress, type Progress } from "lib/core/progress/mod.ts";

interface Watched {
  progress: Progress;
  lines: string[];
  at(seconds: number): void;
}

function watched(): Watched {
  let now = 0;
  const lines: string[] = [];
  return {
    progress: lineProgress((line) => lines.push(line), () => now),
    lines,
    at: (seconds): void => {
      now = seconds;
    },
  };
}

Deno.test("lineProgress() writes at most one line every 10 seconds between start and end", () => {
  const { progress, lines, at } = watched();
  const task = progress.start({ label: "Training", total: 100, unit: "steps" });
  for (let second = 1; second <= 50; second++) {
    at(second);
    task.update(2 * second, { loss: 1 / second });
  }
  task.finish();
  assert.deepEqual(lines, [
    "Training: 0/100 steps\n",
    "Training: 20/100 steps, 2 steps/s, 40 s left, loss 0.1\n",
    "Training: 40/100 steps, 2 steps/s, 30 s left, loss 0.05\n",
    "Training: 60/100 steps, 2 steps/s, 20 s left, loss 0.0333\n",
    "Training: 80/100 steps, 2 steps/s, 10 s left, loss 0.025\n",
    "Training: 100/100 steps in 50 s, 2 steps/s, loss 0.02\n",
  ]);
});

Deno.test("lineProgress() counts the rate of a resumed task from where it went on", () => {
  const { progress, lines, at } = watched();
  const task = progress.start({
    label: "Training",
    total: 1000,
    unit: "steps",
    done: 900,
  });
  at(10);
  task.update(910);
  at(20);
  task.finish();
  assert.deepEqual(lines, [
    "Training: 900/1000 steps\n",
    "Training: 910/1000 steps, 1 steps/s, 1 min 30 s left\n",
    "Training: ended at 910/1000 steps after 20 s, 0.5 steps/s\n",
  ]);
});

Deno.test("lineProgress() tells no time left while nothing moves, and divides by no zero", () => {
  const { progress, lines, at } = watched();
  const stuck = progress.start({ label: "Waiting", total: 5, unit: "files" });
  at(10);
  stuck.update(0, { state: "asleep" });
  const empty = progress.start({ label: "Nothing", total: 0, unit: "files" });
  empty.finish();
  assert.deepEqual(lines, [
    "Waiting: 0/5 files\n",
    "Waiting: 0/5 files, 0 files/s, state asleep\n",
    "Nothing: 0/0 files\n",
    "Nothing: 0/0 files in 0 s\n",
  ]);
});

Deno.test("lineProgress() keeps the facts until others come", () => {
  const { progress, lines, at } = watched();
  const task = progress.start({ label: "Training", total: 100, unit: "steps" });
  task.update(5, { loss: 0.5 });
  at(10);
  task.update(10);
  at(20);
  task.update(20, { stage: "64px" });
  assert.match(lines[1]!, /, loss 0\.5\n$/);
  assert.match(lines[2]!, / left, stage 64px\n$/);
});

Deno.test("lineProgress() rounds the facts, keeps their order and leaves texts alone", () => {
  const { progress, lines } = watched();
  const task = progress.start({ label: "Training", total: 9, unit: "steps" });
  task.update(9, { loss: 0.123456, stage: "12.3456 px", step: 7 });
  task.finish();
  assert.match(lines.at(-1)!, /, loss 0\.123, stage 12\.3456 px, step 7\n$/);
});

Deno.test("lineProgress() is quiet after the end, and ends once", () => {
  const { progress, lines, at } = watched();
  {
    using task = progress.start({ label: "Copying", total: 2, unit: "files" });
    task.update(2);
    task.finish();
    at(60);
    task.update(1);
    task.finish();
  }
  assert.deepEqual(lines, [
    "Copying: 0/2 files\n",
    "Copying: 2/2 files in 0 s\n",
  ]);
});

Deno.test("a task that was done before says so, without a rate", () => {
  const state = new TaskState({
    label: "vae",
    total: 6,
    unit: "steps",
    done: 6,
  }, 0);
  assert.equal(state.summary(1), "vae: 6/6 steps, done before");
});
