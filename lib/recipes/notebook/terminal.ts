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

/** Colours and other marks of a terminal, which a pipe should not get. */
// deno-lint-ignore no-control-regex -- the escape character begins such marks
const ANSI = /\u001b\[[0-9;]*m/g;

/** Where a run is watched. */
export interface TerminalOptions {
  /** What cells print and show. */
  readonly print: (text: string) => void;
  /** What is said about the run. */
  readonly log: (line: string) => void;
  readonly progress: Progress;
  /** Whether `print` understands colours. */
  readonly colours: boolean;
}

/** Runs a notebook for whoever sits at the terminal of this process. */
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
 * Shows a run on a terminal: each cell by its first line, what it prints, the
 * plain text of what it shows, and its progress as bars of the terminal's own.
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

/** What a cell is about: its first comment, or else its first line. */
function firstLine(source: string): string {
  const line = source.split("\n").find((text) => text.trim() !== "") ?? "";
  return line.trim().replace(/^\/\/\s*/, "").slice(0, 100);
}
