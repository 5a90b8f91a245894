/**
 * Reads the output of the gate as it runs, passes it on, and closes with how
 * long each task took and how many tests passed and failed. Every number comes
 * from the summary lines that `deno test` itself printed; if one is missing,
 * there are no totals and the exit code is 1.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product

import { stripVTControlCharacters } from "node:util";

/** How many tests ended in which way. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A task of the gate and how long it took, in seconds. */
export interface Duration {
  readonly task: string;
  readonly seconds: number;
}

const TASK = /^Task (\S+)(?: |$)/;
/** What `deno task test` prints first: each process prints a summary. */
const PROCESSES = /^tests: \d+ files? in (\d+) process(?:es)?$/;
const COUNT = String.raw`(\d+) %(?: \(\d+ steps?\))?`;
const SUMMARY = new RegExp(
  `^(?:ok|FAILED) \\| ${COUNT.replace("%", "passed")}` +
    ` \\| ${COUNT.replace("%", "failed")}` +
    `(?: \\| ${COUNT.replace("%", "ignored")})?` +
    String.raw`(?: \| \d+ measured)?(?: \| \d+ filtered out)? \(\S+\)$`,
);

/** Collects what matters from the output of `deno task ok`. */
export class GateLog {
  #starts: { task: string; at: number }[] = [];
  #summaries: Totals[] = [];
  /** Processes of test runs beyond the first of each. */
  #furtherProcesses = 0;

  /**
   * Takes one line of output.
   *
   * @param line Without its line break; colours are ignored.
   * @param at When it was printed, in milliseconds.
   */
  read(line: string, at: number): void {
    const plain = stripVTControlCharacters(line).trimEnd();
    const task = TASK.exec(plain)?.[1];
    if (task !== undefined) this.#starts.push({ task, at });
    const processes = PROCESSES.exec(plain)?.[1];
    if (processes !== undefined) {
      this.#furtherProcesses += Number(processes) - 1;
    }
    const counts = SUMMARY.exec(plain);
    if (counts === null) return;
    const [passed, failed, skipped] = counts.slice(1)
      .map((count) => Number(count ?? 0));
    this.#summaries.push({
      passed: passed ?? 0,
      failed: failed ?? 0,
      skipped: skipped ?? 0,
    });
  }

  /** The tasks in the order in which they began. A task ends as the next begins. */
  durations(end: number): Duration[] {
    return this.#starts.map(({ task, at }, index) => ({
      task,
      seconds: ((this.#starts[index + 1]?.at ?? end) - at) / 1000,
    }));
  }

  /**
   * The sum over all runs of `deno test`.
   *
   * @throws {Error} If no test ran, or a run has no summary line of its own.
   */
  totals(): Totals {
    const runs = this.#starts.filter(({ task }) => /^test(:|$)/.test(task));
    if (runs.length === 0) throw new Error("Cannot count the tests: none ran");
    const processes = runs.length + this.#furtherProcesses;
    if (processes !== this.#summaries.length) {
      throw new Error(
        "Cannot count the tests: each process must print one summary line: " +
          `${processes} printed ${this.#summaries.length}`,
      );
    }
    return this.#summaries.reduce((sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }));
  }
}

/** The totals as one plain line: `12 passed, 0 failed, 1 skipped`. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}

async function main(): Promise<void> {
  const log = new GateLog();
  const start = Date.now();
  let rest = "";
  const decoder = new TextDecoderStream();
  for await (const text of Deno.stdin.readable.pipeThrough(decoder)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      console.log(line);
      log.read(line, Date.now());
    }
  }
  if (rest !== "") {
    console.log(rest);
    log.read(rest, Date.now());
  }
  console.log("\nHow long each part of the gate took:");
  const end = Date.now();
  for (const { task, seconds } of log.durations(end)) {
    if (task !== "ok") console.log(`  ${task}: ${seconds.toFixed(1)} s`);
  }
  console.log(`  together: ${((end - start) / 1000).toFixed(1)} s`);
  try {
    const totals = log.totals();
    console.log(`\n${totalsLine(totals)}`);
    if (totals.failed > 0) Deno.exit(1);
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}

if (import.meta.main) await main();
