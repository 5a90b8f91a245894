import {
  InputError,
  isNdArray,
  leavesOf,
  type NdArray,
  treeFrom,
} from "../../core/mod.ts";
import {
  checkDigest,
  checkSeal,
  readSafetensors,
  sealed,
  writeSafetensors,
} from "../../formats/safetensors/mod.ts";
import { renamedTensors } from "../../pipeline/old_names.ts";
import { type Averages, EMA_STDS, type EmaName } from "./ema.ts";
import type { EmaSnapshot } from "./posthoc.ts";

const REMOVE = "remove the file to average without it";

const NAME = /^averages-\d{8,}\.safetensors$/;

/**
 * Saves both EMAs as float16, atomically. The rounding error is far below the
 * difference between the two.
 *
 * @param update Updates done.
 */
export async function saveSnapshot<P>(
  folder: string,
  averages: Averages<P>,
  update: number,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const name = `averages-${String(update).padStart(8, "0")}.safetensors`;
  const leaves = leavesOf(averages, isNdArray);
  const options = { dtype: "float16" } as const;
  await writeSafetensors(
    `${folder}/${name}`,
    leaves,
    sealed(leaves, { update: String(update) }, options),
    options,
  );
}

/**
 * Loads all snapshots of a folder, for `posthocEma`.
 *
 * @throws {InputError} if there are none, or one is damaged
 */
export async function loadSnapshots<P>(
  folder: string,
): Promise<EmaSnapshot<P>[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (NAME.test(name)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (names.length === 0) {
    throw new InputError(
      `Cannot average parameters from "${folder}": it must contain EMA snapshots: ` +
        "it has none; train with --snapshots above 0",
    );
  }
  const snapshots: EmaSnapshot<P>[] = [];
  for (const name of names.sort()) {
    const path = `${folder}/${name}`;
    const { metadata, tensors } = await readSafetensors(path);
    // Snapshots of earlier versions have no checksums.
    if (metadata.digest !== undefined) {
      checkSeal(path, metadata, tensors, REMOVE);
      checkDigest(path, metadata, tensors, REMOVE);
    }
    const averages = treeFrom<NdArray>(renamedTensors(tensors)) as Averages<P>;
    for (const name of Object.keys(EMA_STDS) as EmaName[]) {
      snapshots.push({
        update: Number(metadata.update),
        std: EMA_STDS[name],
        parameters: averages[name],
      });
    }
  }
  return snapshots;
}
