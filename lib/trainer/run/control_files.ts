import type { Request } from "../loop/train.ts";

/** Milliseconds between two looks at the folder. */
const INTERVAL = 500;

/**
 * Files by which a run is told from outside what to do: `save` saves now,
 * `stop` saves and stops. They are removed when they are heeded, so that
 * `touch runs/train/stop` works again the next time.
 *
 * @returns what is asked for, if anything; looks at most twice a second.
 */
export function controlFiles(
  folder: string,
  clock: () => number,
): () => Request | undefined {
  let last = -Infinity;
  return () => {
    if (clock() - last < INTERVAL) return undefined;
    last = clock();
    if (taken(`${folder}/stop`)) return { kind: "stop", reason: "stop file" };
    return taken(`${folder}/save`) ? { kind: "save" } : undefined;
  };
}

function taken(path: string): boolean {
  try {
    Deno.removeSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
