import { float32, sizeOf } from "../../core/mod.ts";
import { joined, type Ranks } from "../../ranks/mod.ts";
import type { Outputs } from "./compiled_step.ts";

/**
 * The outputs of the microbatches of all ranks, on rank 0; none on the others.
 * Names and shapes are equal for all microbatches of an update, so that only the
 * numbers travel.
 *
 * @param own Outputs of this rank's microbatches, float32; rank 0 has some.
 * @param count Microbatches of all ranks.
 */
export async function outputsOfRanks(
  ranks: Ranks,
  own: readonly Outputs[],
  count: number,
): Promise<readonly Outputs[]> {
  if (ranks.size === 1) return own;
  const numbers = await joined(
    ranks,
    Float32Array.from(
      own.flatMap((outputs) =>
        Object.values(outputs).flatMap(({ data }) => [...data])
      ),
    ),
  );
  if (ranks.rank > 0) return [];
  const form = Object.entries(own[0]!);
  let begin = 0;
  return Array.from({ length: count }, () =>
    Object.fromEntries(
      form.map(([name, { shape }]) => [
        name,
        float32(shape, numbers.slice(begin, begin += sizeOf(shape))),
      ]),
    ));
}
