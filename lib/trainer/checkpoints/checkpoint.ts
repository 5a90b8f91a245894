import {
  exists,
  firstDifference,
  InputError,
  isNdArray,
  leavesOf,
  type NdArray,
  treeFrom,
} from "../../core/mod.ts";
import {
  checkForm,
  digestOf,
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
} from "../../formats/safetensors/mod.ts";
import type { GuardMemory } from "../loop/guard.ts";
import { renamedConfig, renamedTensors } from "../../pipeline/old_names.ts";

/** Version of the file; raised when old files can no longer be read. */
const SCHEMA = "2";
const FIX = "pass a file of this configuration";
/** Path of the second moments in a training state. */
const SECOND_MOMENTS = "moments/second/";

/** Progress of a run. */
export interface CheckpointProgress {
  /** Steps done. */
  readonly step: number;
  /** Length of the metrics file after the step. */
  readonly metricsBytes: number;
  /** Seconds of training, over all runs. */
  readonly seconds: number;
  /** State of the gradient guard. */
  readonly guard?: GuardMemory;
  /** The last evaluation and the best one. */
  readonly evaluation?: EvaluationMemory;
}

/** The last evaluation and the best one. */
export interface EvaluationMemory {
  /** Steps done at the last one. */
  readonly step: number;
  /** The lowest score so far, and its step. */
  readonly best: { readonly step: number; readonly score: number };
}

/** All that a run needs to resume bit for bit. */
export interface Checkpoint<S> extends CheckpointProgress {
  /** The training state, a tree of arrays. */
  readonly state: S;
}

/** A checkpoint has another configuration. */
export class ConfigChangedError extends InputError {}

/**
 * Saves a checkpoint as safetensors, atomically, with a checksum of its tensors.
 *
 * @param config Configuration of the run; loading compares it.
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
 * Loads a checkpoint.
 *
 * @param form A state of the expected names, types and shapes; default: no check.
 * @returns undefined if the file does not exist.
 * @throws {ConfigChangedError} if its configuration differs, naming the field
 * @throws {InputError} if the file is corrupt, or a tensor differs from the form,
 *   naming the tensor
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
      `Checksum mismatch: "${path}" is corrupt; remove the file to resume ` +
        "from the checkpoint before it",
    );
  }
  const tensors = renamedTensors(saved);
  if (form !== undefined) {
    const expected = new Map(leavesOf(form, isNdArray));
    // Muon used to keep second moments of the matrices it moves, always zero.
    for (const name of tensors.keys()) {
      if (!name.startsWith(SECOND_MOMENTS) || expected.has(name)) continue;
      tensors.delete(name);
    }
    checkForm(path, tensors, expected, FIX);
  }
  return { ...progress, state: treeFrom<NdArray>(tensors) as S };
}

/**
 * Reads the progress of a checkpoint and none of its tensors.
 *
 * @returns undefined if the file does not exist.
 * @throws {ConfigChangedError} if its configuration differs, naming the field
 * @throws {InputError} if the header of the file is corrupt
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
