import { durationText, InputError } from "../../core/mod.ts";

/** Place of the number of ranks in a command. */
export const RANKS = "{ranks}";

/** Exit codes after which a command is not started again, and why. */
const ENDS: Readonly<Record<number, string>> = {
  0: "is done",
  2: "reports a mistake in its flags or data",
  130: "was stopped and has saved",
};

/** A shorter run than this could not start, or failed at once. */
const SHORT_SECONDS = 60;

/** How a command is started again. */
export interface SupervisePlan {
  /** Program and arguments; {@link RANKS} stands for the number of ranks. */
  readonly command: readonly string[];
  /** Numbers of ranks: the next one after each run of less than a minute. */
  readonly ranks: readonly number[];
  /** Starts after the first one, counted anew by each run of a minute. */
  readonly restarts: number;
  /** Seconds before a start. */
  readonly pause: number;
}

/** What a supervisor needs of its process. */
export interface SuperviseHost {
  /** Runs a command to its end; returns the exit code. */
  run(command: readonly string[]): Promise<number>;
  /** Waits, or until the signal. */
  wait(seconds: number): Promise<void>;
  /** Milliseconds of a steady clock. */
  clock(): number;
  log(line: string): void;
  /** No further start. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command, and again after it has failed: a training goes on from its last
 * checkpoint. It is not started again after success, a mistake of the user (exit
 * code 2) or a stop that has saved (130).
 *
 * @returns the exit code of the last run
 * @throws {InputError} if the command has no place for the numbers of ranks
 *
 * @example
 * ```ts
 * import { supervise } from "lib/recipes/supervise/supervise.ts";
 * import assert from "node:assert/strict";
 *
 * const codes = [137, 0]; // killed, then done
 * const code = await supervise(
 *   { command: ["mpirun", "-n", "2"], ranks: [], restarts: 3, pause: 0 },
 *   {
 *     run: () => Promise.resolve(codes.shift()!),
 *     wait: () => Promise.resolve(),
 *     clock: () => 0,
 *     log() {},
 *     signal: new AbortController().signal,
 *   },
 * );
 * assert.equal(code, 0);
 * ```
 */
export async function supervise(
  { command, ranks, restarts, pause }: SupervisePlan,
  { run, wait, clock, log, signal }: SuperviseHost,
): Promise<number> {
  checkCommand(command, ranks);
  const [program] = command;
  let size = 0;
  let failures = 0;
  while (true) {
    const count = ranks[size];
    const begun = clock();
    const code = await run(
      command.map((word) => word.replaceAll(RANKS, String(count))),
    );
    const seconds = (clock() - begun) / 1000;
    const ended = `${program} ended after ${durationText(seconds)} with ` +
      `code ${codeText(code)}`;
    if (code in ENDS || signal.aborted) {
      if (code !== 0) log(`${ended}: it is not started again`);
      return code;
    }
    const isShort = seconds < SHORT_SECONDS;
    failures = isShort ? failures + 1 : 1;
    if (failures > restarts) {
      log(`${ended}: it is not started again: --restarts ${restarts}`);
      return code;
    }
    if (isShort) size = Math.min(size + 1, Math.max(0, ranks.length - 1));
    const next = ranks[size];
    log(
      `${ended}: starts again in ${durationText(pause)}` +
        `${next === undefined ? "" : `, number of ranks ${next}`}; ` +
        `restart ${failures} of ${restarts}`,
    );
    await wait(pause);
    if (signal.aborted) return code;
  }
}

/** An exit code with its meaning. */
function codeText(code: number): string {
  if (code in ENDS) return `${code} (the command ${ENDS[code]})`;
  return code > 128 ? `${code} (signal ${code - 128})` : String(code);
}

/** @throws {InputError} if there is no command, or a number of ranks has no place */
function checkCommand(
  command: readonly string[],
  ranks: readonly number[],
): void {
  const example = "deno task supervise --ranks 4,2,1 -- mpirun -n {ranks} " +
    "deno task phase1 ...";
  if (command.length === 0) {
    throw new InputError(
      `Cannot supervise: a command must follow "--": there is none; ${example}`,
    );
  }
  const hasPlace = command.some((word) => word.includes(RANKS));
  if (hasPlace === ranks.length > 0) return;
  throw new InputError(
    hasPlace
      ? `Cannot supervise: --ranks must give the numbers for "${RANKS}" in ` +
        `the command: it is missing; ${example}`
      : `Cannot use --ranks ${ranks.join()}: the command must have "${RANKS}" ` +
        `in the place of the number: it is "${command.join(" ")}"; ${example}`,
  );
}
