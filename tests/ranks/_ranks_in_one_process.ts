import assert from "node:assert/strict";
import type { Ranks } from "lib/ranks/mod.ts";

/**
 * Ranks that are promises of one process: each collective call waits until all
 * have made the same one, or one has aborted.
 */
export function ranksInOneProcess(size: number): Ranks[] {
  let waiting: { name: string; values: Float32Array | Uint8Array }[] = [];
  let met = Promise.withResolvers<void>();
  let blocks: Uint8Array<ArrayBuffer>[] = [];
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const meet = async (
    name: string,
    rank: number,
    values: Float32Array | Uint8Array,
    act: (all: readonly (Float32Array | Uint8Array)[]) => void,
  ): Promise<void> => {
    waiting[rank] = { name, values };
    const { promise, resolve } = met;
    if (Object.keys(waiting).length === size) {
      const all = waiting;
      assert.deepEqual(all.map((call) => call.name), all.map(() => name));
      assert.equal(new Set(all.map(({ values }) => values.length)).size, 1);
      [waiting, met] = [[], Promise.withResolvers<void>()];
      act(all.map(({ values }) => values));
      resolve();
    }
    await Promise.race([promise, aborted.promise]);
  };
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    sum: (values) =>
      meet("sum", rank, values, (all) => {
        const sums = all[0]!.map((_, i) =>
          all.reduce((sum, values) => sum + values[i]!, 0)
        );
        for (const values of all) values.set(sums);
      }),
    gather: (values, lengths) =>
      meet("gather", rank, values, (all) => {
        let begin = 0;
        for (const [from, length] of lengths.entries()) {
          const part = all[from]!.slice(begin, begin + length);
          for (const values of all) values.set(part, begin);
          begin += length;
        }
      }),
    async exchange(bytes) {
      const block = bytes.length / size;
      await meet("exchange", rank, bytes, (all) => {
        blocks = all.map((_, to) => {
          const received = new Uint8Array(bytes.length);
          for (const [from, sent] of all.entries()) {
            const part = sent.subarray(to * block, (to + 1) * block);
            received.set(part, from * block);
          }
          return received;
        });
      });
      return blocks[rank]!;
    },
    broadcast: (bytes) =>
      meet("broadcast", rank, bytes, ([first, ...others]) => {
        for (const bytes of others) bytes.set(first!);
      }),
    barrier: () => meet("barrier", rank, new Uint8Array(), () => {}),
    abort: (code) => aborted.reject(new Error(`aborted with ${code}`)),
  }));
}
