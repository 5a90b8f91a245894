import type { Request } from "../loop/train.ts";

/** Milliseconds between two checks. */
const INTERVAL = 500;

/**
 * Control files of a run folder: `save` saves now, `stop` saves and stops. Each is
 * removed when read, so that `touch runs/train/stop` works again.
 *
 * @returns the pending request; checks the folder at most twice a second.
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
