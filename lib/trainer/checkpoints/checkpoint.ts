import * as z from "zod";
import {
  type DeviceTensor,
  isDeviceTensor,
  TensorReader,
} from "../../compiler/mod.ts";
import {
  checkedJson,
  exists,
  firstDifference,
  InputError,
  isNdArray,
  leavesOf,
  mapTree,
  type NdArray,
  treeFrom,
} from "../../core/mod.ts";
import {
  checkDigest,
  checkFinite,
  checkForm,
  checkSeal,
  readSafetensors,
  readSafetensorsHeader,
  streamSafetensors,
} from "../../formats/safetensors/mod.ts";
import type { GuardMemory } from "../loop/guard.ts";
import { renamedConfig, renamedTensors } from "../../pipeline/old_names.ts";
import { isEndOf, isLongerConfig } from "./longer_config.ts";

/** Version of checkpoints; raised when old files can no longer be read. */
export const CHECKPOINT_SCHEMA = "2";
const FIX = "pass a file of this configuration";
const REMOVE = "remove the file to resume from the checkpoint before it";
/** Path of the second moments in a training state. */
const SECOND_MOMENTS = "moments/second/";

/** Progress of a run. */
export interface CheckpointProgress {
  /** Steps done. */
  readonly step: number;
  /** Length of the metrics file after the step. */
  readonly metricsBytes: number;
  /** SHA-256 of so many bytes of the metrics file; absent in earlier versions. */
  readonly metricsDigest?: string;
  /** Seconds of training, over all runs. */
  readonly seconds: number;
  /** State of the gradient guard. */
  readonly guard?: GuardMemory;
  /** The last evaluation and the best one. */
  readonly evaluation?: EvaluationMemory;
  /** The last update in EMAs that do not follow each update. */
  readonly averagedUpdate?: number;
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
  /**
   * The training state, a tree of arrays; of one that is saved, leaves may be on
   * a device.
   */
  readonly state: S;
}

const progressSchema = z.object({
  step: z.int().min(0),
  metricsBytes: z.int().min(0),
  metricsDigest: z.string().optional(),
  seconds: z.number(),
  guard: z.object({
    norms: z.array(z.number()),
    refusedInARow: z.int(),
    refused: z.int(),
  }).optional(),
  evaluation: z.object({
    step: z.int(),
    best: z.object({
      step: z.int(),
      // JSON has no infinity: no score was a number yet.
      score: z.number().nullable().transform((score) => score ?? Infinity),
    }),
  }).optional(),
  averagedUpdate: z.int().min(0).optional(),
});

/** A checkpoint has another configuration. */
export class ConfigChangedError extends InputError {}

/**
 * Saves a checkpoint as safetensors, atomically, with checksums, tensor by tensor:
 * what is on a device is read when it is written.
 *
 * @param config Configuration of the run; loading compares it.
 */
export async function saveCheckpoint<S>(
  path: string,
  { state, ...progress }: Checkpoint<S>,
  config: unknown,
): Promise<void> {
  const tensors = leavesOf(
    state,
    (leaf): leaf is NdArray | DeviceTensor =>
      isNdArray(leaf) || isDeviceTensor(leaf),
  );
  const reader = new TensorReader();
  await streamSafetensors(
    path,
    tensors.map(([name, tensor]) => [
      name,
      isNdArray(tensor)
        ? { ...tensor, read: () => tensor }
        : { ...tensor.type, read: () => reader.read(tensor) },
    ]),
    {
      schema: CHECKPOINT_SCHEMA,
      config: JSON.stringify(config),
      progress: JSON.stringify(progress),
    },
  );
}

/**
 * Loads a checkpoint.
 *
 * @param form A state of the expected names, types and shapes; default: no check.
 * @returns undefined if the file does not exist.
 * @throws {ConfigChangedError} if its configuration differs, naming the field
 * @throws {InputError} if the file is corrupt, a tensor differs from the form or
 *   is not finite, naming the tensor
 */
export async function loadCheckpoint<S>(
  path: string,
  config: unknown,
  form?: S,
): Promise<Checkpoint<S> | undefined> {
  const progress = await peekCheckpoint(path, config);
  if (!progress) return undefined;
  const { metadata, tensors: saved } = await readSafetensors(path);
  checkDigest(path, metadata, saved, REMOVE);
  checkFinite(path, saved, REMOVE);
  const tensors = renamedTensors(saved);
  if (form === undefined) {
    return { ...progress, state: treeFrom<NdArray>(tensors) as S };
  }
  const expected = new Map(leavesOf(form, isNdArray));
  // Muon used to keep second moments of the matrices it moves, always zero.
  for (const name of tensors.keys()) {
    if (!name.startsWith(SECOND_MOMENTS) || expected.has(name)) continue;
    tensors.delete(name);
  }
  checkForm(path, tensors, expected, FIX);
  // In the form, since branches without tensors leave no name in a file.
  const state = mapTree(form, isNdArray, (_, name) => tensors.get(name)!);
  return { ...progress, state: state as S };
}

/**
 * Reads the progress of a checkpoint and none of its tensors. The end of a stage
 * also fits a configuration that trains longer, {@link isLongerConfig}.
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
  const { metadata, entries } = await readSafetensorsHeader(path);
  const shapes = entries.map((entry) => [entry.name, entry] as const);
  checkSeal(path, metadata, shapes, REMOVE);
  if (
    metadata.schema !== CHECKPOINT_SCHEMA || !metadata.config ||
    !metadata.progress
  ) {
    throw new InputError(
      `Cannot resume from "${path}": it must be a training checkpoint of ` +
        `schema ${CHECKPOINT_SCHEMA}: it is schema ${
          metadata.schema ?? "none"
        }; ` +
        "choose another run folder",
    );
  }
  const before = renamedConfig(
    checkedJson(metadata.config, z.unknown(), `"${path}", config`, REMOVE),
  );
  const after: unknown = JSON.parse(JSON.stringify(config));
  const progress = checkedJson(
    metadata.progress,
    progressSchema,
    `"${path}", progress`,
    REMOVE,
  );
  const goesOn = isEndOf(before, progress.step) &&
    isLongerConfig(before, after);
  const changed = goesOn
    ? undefined
    : firstDifference(limitFirst(before), limitFirst(after));
  if (changed) {
    throw new ConfigChangedError(
      `Cannot resume from "${path}": ${changed.field} must be what the run ` +
        `was started with, ${changed.before}: current value is ` +
        `${changed.after}; restore it or choose another run folder`,
    );
  }
  return progress;
}

/** A configuration with its limit of updates in front, on which samples depend. */
function limitFirst(config: unknown): unknown {
  if (typeof config !== "object" || config === null) return config;
  const { maxSteps, ...rest } = config as Record<string, unknown>;
  return { maxSteps, ...rest };
}
