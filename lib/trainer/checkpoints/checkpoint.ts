import {
  exists,
  InputError,
  isNdArray,
  leavesOf,
  type NdArray,
  treeFrom,
} from "../../core/mod.ts";
import {
  checkForm,
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from "../../formats/safetensors/mod.ts";
import { firstDifference } from "../../core/mod.ts";
import { digestOf } from "../../formats/safetensors/mod.ts";
import type { GuardMemory } from "../loop/guard.ts";
import { renamedConfig, renamedTensors } from "../../pipeline/old_names.ts";

/** Version of what follows; raised when old files can no longer be read. */
const SCHEMA = "2";
/** What to do with a file of another form. */
const FIX = "pass a file that was made with this configuration";

/** Where a run stands, but for its state. */
export interface CheckpointProgress {
  /** Steps done. */
  readonly step: number;
  /** Length of the metrics file when the step was done. */
  readonly metricsBytes: number;
  /** Seconds of training so far, over all runs. */
  readonly seconds: number;
  /** What the guard of the gradients remembers. */
  readonly guard?: GuardMemory;
  /** The last evaluation and the best one. */
  readonly evaluation?: EvaluationMemory;
}

/** What is remembered of evaluations. */
export interface EvaluationMemory {
  /** Steps done at the last one. */
  readonly step: number;
  /** The lowest score so far, and after how many steps. */
  readonly best: { readonly step: number; readonly score: number };
}

/** Everything a run needs to go on exactly where it stood. */
export interface Checkpoint<S> extends CheckpointProgress {
  /** The training state, a tree of arrays. */
  readonly state: S;
}

/** A checkpoint that was made with another configuration. */
export class ConfigChangedError extends InputError {}

/**
 * Saves a checkpoint as safetensors, atomically, with a digest of its numbers.
 *
 * @param config What the run was started with; a resumed run must match it.
 */
export async function saveCheckpoint<S>(
  path: string,
  { state, ...progress }: Checkpoint<S>,
  config: unknown,
): Promise<void> {
  const tensors = leavesOf(state, isNdArray);
  await writeSafetensors(path, tensors, {
    schema: SCHEMA,
    config: JSON.stringify(config),
    progress: JSON.stringify(progress),
    digest: digestOf(tensors),
  });
}

/**
 * Loads a checkpoint, if there is one.
 *
 * @param form A state of the same names, types and shapes; left out, they are
 *   taken as they are.
 * @returns undefined if the file does not exist.
 * @throws {ConfigChangedError} if it was made with another configuration,
 *   naming the field
 * @throws {InputError} if the file is damaged, or its tensors are not those of
 *   the form, naming the tensor
 */
export async function loadCheckpoint<S>(
  path: string,
  config: unknown,
  form?: S,
): Promise<Checkpoint<S> | undefined> {
  const progress = await peekCheckpoint(path, config);
  if (!progress) return undefined;
  const { metadata, tensors: saved } = await readSafetensors(path);
  if (digestOf(saved) !== metadata.digest) {
    throw new InputError(
      `Cannot resume from "${path}": its numbers must be those that were ` +
        `saved: their digest is another one; remove the file, so that the ` +
        `run goes on from the one before`,
    );
  }
  const tensors = renamedTensors(saved);
  if (form !== undefined) {
    checkForm(path, tensors, leavesOf(form, isNdArray), FIX);
  }
  return { ...progress, state: treeFrom<NdArray>(tensors) as S };
}

/**
 * Reads where a checkpoint stands and none of its numbers.
 *
 * @returns undefined if the file does not exist.
 * @throws {ConfigChangedError} if it was made with another configuration,
 *   naming the field
 * @throws {InputError} if the beginning of the file is damaged
 */
export async function peekCheckpoint(
  path: string,
  config: unknown,
): Promise<CheckpointProgress | undefined> {
  if (!await exists(path)) return undefined;
  const { metadata } = await readSafetensorsHeader(path);
  if (metadata.schema !== SCHEMA || !metadata.config || !metadata.progress) {
    throw new InputError(
      `Cannot resume from "${path}": it must be a training checkpoint of ` +
        `schema ${SCHEMA}: it is schema ${metadata.schema ?? "none"}; ` +
        "choose another run folder",
    );
  }
  const changed = firstDifference(
    renamedConfig(JSON.parse(metadata.config)),
    JSON.parse(JSON.stringify(config)),
  );
  if (changed) {
    throw new ConfigChangedError(
      `Cannot resume from "${path}": ${changed.field} must be what the run ` +
        `was started with, ${changed.before}: current value is ` +
        `${changed.after}; restore it or choose another run folder`,
    );
  }
  return JSON.parse(metadata.progress);
}
