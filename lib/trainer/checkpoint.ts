import {
  InputError,
  isNdArray,
  leavesOf,
  type NdArray,
  treeFrom,
} from "../core/mod.ts";
import {
  readSafetensors,
  writeSafetensors,
} from "../formats/safetensors/mod.ts";

/** Version of what follows; raised when old files can no longer be read. */
const SCHEMA = "1";

/** Everything a run needs to go on exactly where it stood. */
export interface Checkpoint<S> {
  /** Steps done. */
  readonly step: number;
  /** The training state, a tree of arrays. */
  readonly state: S;
  /** Length of the metrics file when the step was done. */
  readonly metricsBytes: number;
  /** Seconds of training so far, over all runs. */
  readonly seconds: number;
}

/**
 * Saves a checkpoint as safetensors, atomically.
 *
 * @param config What the run was started with; a resumed run must match it.
 */
export async function saveCheckpoint<S>(
  path: string,
  { step, state, metricsBytes, seconds }: Checkpoint<S>,
  config: unknown,
): Promise<void> {
  await writeSafetensors(path, leavesOf(state, isNdArray), {
    schema: SCHEMA,
    config: JSON.stringify(config),
    progress: JSON.stringify({ step, metricsBytes, seconds }),
  });
}

/**
 * Loads a checkpoint, if there is one.
 *
 * @returns undefined if the file does not exist.
 * @throws {InputError} if it was made with another configuration, naming the field
 *
 * @example
 * ```ts
 * import { loadCheckpoint, saveCheckpoint } from "lib/trainer/checkpoint.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = `${await Deno.makeTempDir()}/run.safetensors`;
 * const state = { weight: float32([2], [1, 2]) };
 * await saveCheckpoint(path, { step: 5, state, metricsBytes: 0, seconds: 1 }, { rate: 0.1 });
 * const loaded = await loadCheckpoint<typeof state>(path, { rate: 0.1 });
 * assert.equal(loaded?.step, 5);
 * assert.deepEqual([...loaded.state.weight.data], [1, 2]);
 * ```
 */
export async function loadCheckpoint<S>(
  path: string,
  config: unknown,
): Promise<Checkpoint<S> | undefined> {
  if (!await exists(path)) return undefined;
  const { metadata, tensors } = await readSafetensors(path);
  if (metadata.schema !== SCHEMA || !metadata.config || !metadata.progress) {
    throw new InputError(
      `Cannot resume from "${path}": it must be a training checkpoint of ` +
        `schema ${SCHEMA}: it is schema ${metadata.schema ?? "none"}; ` +
        "choose another run folder",
    );
  }
  const changed = firstDifference(
    JSON.parse(metadata.config),
    JSON.parse(JSON.stringify(config)),
  );
  if (changed) {
    throw new InputError(
      `Cannot resume from "${path}": ${changed.field} must be what the run ` +
        `was started with, ${changed.before}: current value is ` +
        `${changed.after}; restore it or choose another run folder`,
    );
  }
  return {
    ...JSON.parse(metadata.progress) as Omit<Checkpoint<S>, "state">,
    state: treeFrom<NdArray>(tensors) as S,
  };
}

interface Difference {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** The first field in which two JSON values differ. */
function firstDifference(
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): Difference | undefined {
  if (isRecord(before) && isRecord(after)) {
    for (
      const name of new Set([...Object.keys(before), ...Object.keys(after)])
    ) {
      const found = firstDifference(before[name], after[name], [...path, name]);
      if (found) return found;
    }
    return undefined;
  }
  const [a, b] = [JSON.stringify(before), JSON.stringify(after)];
  if (a === b) return undefined;
  return {
    field: path.join(".") || "the configuration",
    before: a ?? "absent",
    after: b ?? "absent",
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
