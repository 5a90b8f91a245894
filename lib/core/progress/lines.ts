import type { Progress, ProgressTask, ProgressWork } from "./progress.ts";
import { TaskState } from "./task_state.ts";

/** Seconds between two lines about one task, at least. */
const INTERVAL = 10;

/**
 * Progress as plain lines, for logs and pipes: one at the start, one at the
 * end, and between them at most one every 10 seconds for each task.
 *
 * @param write Takes one line with its line feed.
 * @param clock Seconds, never going back.
 */
export function lineProgress(
  write: (line: string) => void,
  clock: () => number,
): Progress {
  return {
    start(work: ProgressWork): ProgressTask {
      const state = new TaskState(work, clock());
      let lastLineAt = clock();
      let finished = false;
      const finish = (): void => {
        if (finished) return;
        finished = true;
        write(`${state.summary(clock())}\n`);
      };
      write(`${state.label}: ${state.standing}\n`);
      return {
        update(done, facts): void {
          if (finished) return;
          const now = clock();
          state.update(done, facts, now);
          // The end has a line of its own.
          if (done >= work.total || now - lastLineAt < INTERVAL) return;
          lastLineAt = now;
          write(`${state.label}: ${state.standing}\n`);
        },
        finish,
        [Symbol.dispose]: finish,
      };
    },
  };
}
