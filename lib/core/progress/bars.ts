import { MultiBar, Presets } from "cli-progress";
import type { Progress, ProgressTask, ProgressWork } from "./progress.ts";
import { TaskState } from "./task_state.ts";

/** Seconds between two drawings, at least. */
const INTERVAL = 0.1;

/** Characters of a full bar. */
const BAR_SIZE = 24;

/**
 * Progress as bars at the bottom of a terminal, one for each task that runs; a
 * task that ends leaves one plain line above them.
 *
 * @param stream Takes text with ANSI escape sequences; `columns` is its width
 *   in characters, default 80.
 * @param clock Seconds, never going back.
 */
export function barProgress(
  stream: { write(text: string): unknown; readonly columns?: number },
  clock: () => number,
): Progress {
  const bars = newBars(stream);
  let running = 0;
  let lastDrawnAt = -Infinity;
  return {
    start(work: ProgressWork): ProgressTask {
      const state = new TaskState(work, clock());
      running++;
      const bar = bars.create(work.total, state.done, payloadOf(state));
      let finished = false;
      const finish = (): void => {
        if (finished) return;
        finished = true;
        running--;
        bars.log(`${state.summary(clock())}\n`);
        bars.remove(bar); // draws once more, the summary included
        if (running === 0) bars.stop(); // ends the timer of cli-progress
      };
      return {
        update(done, facts): void {
          if (finished) return;
          const now = clock();
          state.update(done, facts, now);
          bar.update(done, payloadOf(state));
          // A loop that never awaits starves the timer on which the library draws.
          if (now - lastDrawnAt < INTERVAL) return;
          lastDrawnAt = now;
          bars.update();
        },
        finish,
        [Symbol.dispose]: finish,
      };
    },
  };
}

/** The values of the tokens in the format below. */
function payloadOf(state: TaskState): { label: string; standing: string } {
  return { label: state.label, standing: state.standing };
}

function newBars(
  stream: { write(text: string): unknown; readonly columns?: number },
): MultiBar {
  const terminal = {
    isTTY: true,
    get columns(): number {
      return stream.columns ?? 80;
    },
    write: (text: string): boolean => {
      stream.write(text);
      return true;
    },
  };
  return new MultiBar({
    // cli-progress and node:readline use nothing else of a stream.
    stream: terminal as unknown as NodeJS.WritableStream,
    format: "{label} {bar} {standing}",
    barsize: BAR_SIZE,
    clearOnComplete: true, // the summary line stands in for the full bar
    gracefulExit: false, // signals belong to the program
  }, Presets.shades_classic);
}
