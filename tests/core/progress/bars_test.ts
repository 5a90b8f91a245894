import assert from "node:assert/strict";
import { barProgress, type Progress } from "lib/core/progress/mod.ts";

interface Watched {
  progress: Progress;
  /** What was written since the last call, without escape sequences. */
  written(): string;
  at(seconds: number): void;
}

function watched(): Watched {
  let now = 0;
  let text = "";
  const stream = {
    columns: 120,
    write: (part: string): void => {
      text += part;
    },
  };
  return {
    progress: barProgress(stream, () => now),
    written: (): string => {
      // deno-lint-ignore no-control-regex
      const plain = text.replace(/\x1b\[[?0-9;]*[A-Za-z]/g, "\r");
      text = "";
      return plain.replace(/\r+/g, "\r");
    },
    at: (seconds): void => {
      now = seconds;
    },
  };
}

const FULL = "█";
const EMPTY = "░";

Deno.test("barProgress() draws the bar, the rate, the time left and the facts", () => {
  const { progress, written, at } = watched();
  using task = progress.start({ label: "Training", total: 100, unit: "steps" });
  at(10);
  task.update(25, { loss: 0.5 });
  const bar = FULL.repeat(6) + EMPTY.repeat(18);
  const text = `Training ${bar} 25/100 steps, 2.5 steps/s, 30 s left, loss 0.5`;
  assert.ok(written().includes(text));
});

Deno.test("barProgress() draws at most every tenth of a second", () => {
  const { progress, written, at } = watched();
  using task = progress.start({ label: "Training", total: 100, unit: "steps" });
  task.update(1);
  assert.match(written(), /1\/100/);
  at(0.09);
  task.update(2);
  assert.equal(written(), "");
  at(0.11);
  task.update(3);
  assert.match(written(), /3\/100/);
});

Deno.test("barProgress() leaves one plain line of a finished task", () => {
  const { progress, written, at } = watched();
  const task = progress.start({ label: "Training", total: 4, unit: "steps" });
  at(2);
  task.update(4);
  written();
  task.finish();
  task.finish();
  const line = "Training: 4/4 steps in 2 s, 2 steps/s";
  assert.deepEqual(
    written().split(/[\r\n]+/).filter((part) => part !== ""),
    [line],
  );
});

Deno.test("barProgress() draws a task inside another, and goes on with the outer one", () => {
  const { progress, written, at } = watched();
  const outer = progress.start({ label: "Stages", total: 2, unit: "stages" });
  const inner = progress.start({ label: "Steps", total: 9, unit: "steps" });
  at(1);
  inner.update(3);
  assert.match(
    written(),
    /Stages [^\n]*0\/2 stages[^\n]*\n\rSteps .*3\/9 steps/,
  );
  inner.finish();
  assert.match(written(), /Steps: ended at 3\/9 steps after 1 s/);
  at(2);
  outer.update(1);
  const text = written();
  assert.match(text, /Stages .*1\/2 stages/);
  assert.doesNotMatch(text, /Steps/);
  outer.finish();
  assert.match(written(), /Stages: ended at 1\/2 stages after 2 s/);
});

Deno.test("barProgress() begins anew after all tasks have ended", () => {
  const { progress, written } = watched();
  progress.start({ label: "One", total: 1, unit: "files" }).finish();
  written();
  using task = progress.start({ label: "Two", total: 1, unit: "files" });
  task.update(0);
  const text = written();
  assert.match(text, /Two .*0\/1 files/);
  assert.doesNotMatch(text, /One/);
});
