import process from "node:process";
import {
  type Progress,
  type ProgressTask,
  thisProcess,
} from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import {
  PROGRESS_MIME,
  type ProgressReport,
  type RunObserver,
} from "../../notebook/mod.ts";
import { log } from "../command_line/mod.ts";
import { type HeadlessRun, runHeadless } from "./run.ts";

/** Colours of a terminal, which are removed for a pipe. */
// deno-lint-ignore no-control-regex -- colours begin with the escape character
const ANSI = /\u001b\[[0-9;]*m/g;

/** The outputs of a run in a terminal. */
export interface TerminalOptions {
  /** Receives the outputs of cells. */
  readonly print: (text: string) => void;
  /** Receives messages about the run. */
  readonly log: (line: string) => void;
  readonly progress: Progress;
  /** Whether `print` accepts colours. */
  readonly colours: boolean;
}

/** Runs a notebook in the terminal of this process. */
export function runInTerminal(
  run: Omit<HeadlessRun, "observer" | "log" | "holder" | "clock">,
): Promise<number> {
  return runHeadless({
    ...run,
    observer: terminalObserver({
      print: (text) => process.stdout.write(text),
      log,
      progress: terminalProgress(),
      colours: process.stdout.isTTY === true,
    }),
    log,
    holder: thisProcess(new Date()),
    clock: () => new Date(),
  });
}

/**
 * Shows a run on a terminal: the first line of each cell, its printed text, the
 * plain text of its displays, and its progress as bars of the terminal's own.
 */
export function terminalObserver(
  { print, log, progress, colours }: TerminalOptions,
): RunObserver {
  const tasks = new Map<string, ProgressTask>();
  const plain = (text: string): string =>
    colours ? text : text.replaceAll(ANSI, "");
  return {
    cellStarted(number, total, source) {
      log(`[${number}/${total}] ${firstLine(source)}`);
    },
    streamed(_name, text) {
      print(plain(text));
    },
    displayed(data, id) {
      const report = data[PROGRESS_MIME] as ProgressReport | undefined;
      if (report !== undefined && id !== undefined) {
        follow(tasks, progress, id, report);
        return;
      }
      const text = data["text/plain"];
      if (typeof text === "string" && text !== "") print(`${plain(text)}\n`);
    },
  };
}

function follow(
  tasks: Map<string, ProgressTask>,
  progress: Progress,
  id: string,
  { label, done, total, unit, facts, finished }: ProgressReport,
): void {
  const task = tasks.get(id) ?? progress.start({ label, done, total, unit });
  tasks.set(id, task);
  task.update(done, facts);
  if (!finished) return;
  task.finish();
  tasks.delete(id);
}

/** The first line of a cell, without comment marks. */
function firstLine(source: string): string {
  const line = source.split("\n").find((text) => text.trim() !== "") ?? "";
  return line.trim().replace(/^\/\/\s*/, "").slice(0, 100);
}
