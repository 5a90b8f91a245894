import * as z from "zod";
import { InputError } from "./errors.ts";
import { Lifetime } from "./lifetime.ts";

/** Name of the lock in a folder. */
const LOCK = ".lock";

/** The process that holds a folder, for error messages. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When it was taken, ISO 8601. */
  readonly since: string;
}

const holderSchema = z.object({
  pid: z.number(),
  host: z.string(),
  since: z.string(),
});

/** Exclusive use of a folder until disposed of. */
export interface RunLock extends Disposable {
  readonly holder: LockHolder;
}

/**
 * Takes a folder for this process alone, so that two runs never write into it
 * at once. The operating system releases the lock when the process ends, however
 * it ends: nothing is stale after `kill -9`.
 *
 * @param folder Exists and may be written to.
 * @param holder Written into the lock, for people.
 *
 * @throws {InputError} naming the holder, if another process has the folder
 */
export function lockFolder(folder: string, holder: LockHolder): RunLock {
  const path = `${folder}/${LOCK}`;
  const file = Deno.openSync(path, { read: true, write: true, create: true });
  try {
    if (!file.tryLockSync(true)) throw taken(folder, path);
    file.truncateSync(0);
    file.writeSync(new TextEncoder().encode(`${JSON.stringify(holder)}\n`));
  } catch (error) {
    file.close();
    throw error;
  }
  // The file stays: were it removed, one process could lock the removed file
  // and another a new one of the same name.
  const lifetime = new Lifetime(`the lock of "${folder}"`);
  return {
    holder,
    [Symbol.dispose]: () => lifetime.end(() => file.close()),
  };
}

/** This process as the holder of a lock. */
export function thisProcess(now: Date): LockHolder {
  return { pid: Deno.pid, host: Deno.hostname(), since: now.toISOString() };
}

function taken(folder: string, path: string): InputError {
  return new InputError(
    `Cannot use "${folder}": a folder takes one run at a time: it is in use ` +
      `by ${holderText(path)}; wait for its end, or choose another folder`,
  );
}

function holderText(path: string): string {
  try {
    const { pid, host, since } = holderSchema.parse(
      JSON.parse(Deno.readTextFileSync(path)),
    );
    return `process ${pid} on ${host} since ${since}`;
  } catch {
    // The lock is not yet written, damaged, or the system hides locked files.
    return "another process";
  }
}
