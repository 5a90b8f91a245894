import { isNdArray, leavesOf, mapTree, zeros } from "../../core/mod.ts";
import { fromFirstRank, type Ranks } from "../../ranks/mod.ts";
import type { Checkpoint } from "./checkpoint.ts";

/**
 * A checkpoint that rank 0 reads for all; undefined if there is none. Results of
 * evaluations stay with rank 0, which alone evaluates.
 *
 * @param form A state of the expected types and shapes; its arrays may be hollow.
 */
export async function ofFirstRank<S>(
  ranks: Ranks,
  form: S,
  load: () => Promise<Checkpoint<S> | undefined>,
): Promise<Checkpoint<S> | undefined> {
  const own = ranks.rank === 0 ? await load() : undefined;
  if (ranks.size === 1) return own;
  const progress = await fromFirstRank(ranks, () => {
    if (!own) return undefined;
    const { state: _state, evaluation: _evaluation, ...progress } = own;
    return progress;
  });
  if (!progress) return undefined;
  const state = own?.state ??
    mapTree(form, isNdArray, ({ shape, dtype }) => zeros(shape, dtype)) as S;
  for (const [, { data }] of leavesOf(state, isNdArray)) {
    await ranks.broadcast(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
  }
  return own ?? { ...progress, state };
}
