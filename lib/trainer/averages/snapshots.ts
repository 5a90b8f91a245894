import { InputError, isNdArray, leavesOf, treeFrom } from "../../core/mod.ts";
import type { NdArray } from "../../core/mod.ts";
import {
  readSafetensors,
  writeSafetensors,
} from "../../formats/safetensors/mod.ts";
import { renamedTensors } from "../../pipeline/old_names.ts";
import type { AverageSnapshot } from "./posthoc.ts";
import { type Averages, type Track, TRACKS } from "./tracks.ts";

/** What a snapshot is called, after so many updates. */
const NAME = /^averages-\d{8,}\.safetensors$/;

/**
 * Saves both averages in half precision, atomically: the rounding is far below
 * what two averages differ by.
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
  await writeSafetensors(
    `${folder}/${name}`,
    leavesOf(averages, isNdArray),
    { update: String(update) },
    { dtype: "float16" },
  );
}

/**
 * Loads all snapshots of a folder, for `averageAfterwards`.
 *
 * @throws {InputError} if there are none
 */
export async function loadSnapshots<P>(
  folder: string,
): Promise<AverageSnapshot<P>[]> {
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
      `Cannot average parameters from "${folder}": it must hold snapshots: ` +
        "it holds none; train with --snapshots above 0",
    );
  }
  const snapshots: AverageSnapshot<P>[] = [];
  for (const name of names.sort()) {
    const { metadata, tensors } = await readSafetensors(`${folder}/${name}`);
    const averages = treeFrom<NdArray>(renamedTensors(tensors)) as Averages<P>;
    for (const track of Object.keys(TRACKS) as Track[]) {
      snapshots.push({
        update: Number(metadata.update),
        std: TRACKS[track],
        parameters: averages[track],
      });
    }
  }
  return snapshots;
}
