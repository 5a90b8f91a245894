import assert from "node:assert/strict";
import { RunFailedError } from "lib/core/mod.ts";
import type { MpiArgument, MpiLibrary } from "lib/ranks/library.ts";
import { joinRanks } from "lib/ranks/mpi.ts";

/** A library for rank 2 of 3, whose sums are three times the values. */
function fakeLibrary(failing?: string): MpiLibrary & { calls: unknown[] } {
  const calls: unknown[] = [];
  const call = (name: string, ...values: MpiArgument[]): number => {
    const [a, b, c] = values;
    if (name === failing) return 15;
    if (name === "MPI_Comm_rank") (b as Int32Array)[0] = 2;
    else if (name === "MPI_Comm_size") (b as Int32Array)[0] = 3;
    else if (name === "MPI_Allreduce") {
      const part = b as Float32Array;
      assert.deepEqual([a, part.length, ...values.slice(3)], [1n, c, 5, 6, 4]);
      part.forEach((value, i) => part[i] = 3 * value);
      calls.push([name, c]);
    } else if (name === "MPI_Allgatherv") {
      const [counts, begins] = values.slice(4) as Int32Array[];
      assert.deepEqual([a, b, c, ...values.slice(6)], [1n, 0, 5, 5, 4]);
      for (const [rank, count] of counts!.entries()) {
        const begin = begins![rank]!;
        (values[3] as Float32Array).fill(rank, begin, begin + count);
      }
      calls.push([name, [...counts!], [...begins!]]);
    } else if (name === "MPI_Alltoall") {
      const [sent, count, , got, ...rest] = values;
      assert.deepEqual([c, ...rest], [7, count, 7, 4]);
      (got as Uint8Array).set((sent as Uint8Array).map((byte) => 2 * byte));
      calls.push([name, count]);
    } else if (name === "MPI_Bcast") {
      const part = a as Uint8Array;
      assert.deepEqual([part.length, ...values.slice(2)], [b, 7, 0, 4]);
      part.fill(9);
      calls.push([name, b]);
    } else calls.push([name, ...values]);
    return 0;
  };
  return {
    path: "libfake.so",
    kind: "Fake MPI",
    handles: {
      type: "i32",
      world: 4,
      float: 5,
      sum: 6,
      byte: 7,
      inPlace: 1n,
    },
    call,
    wait: (...values) => Promise.resolve(call(...values)),
    calls,
  };
}

Deno.test("large sums and broadcasts go in pieces, and every value once", async () => {
  const library = fakeLibrary();
  const ranks = joinRanks(library, 4);
  assert.deepEqual([ranks.rank, ranks.size], [2, 3]);
  const values = Float32Array.from({ length: 10 }, (_, i) => i);
  await ranks.sum(values);
  assert.deepEqual([...values], [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
  const bytes = new Uint8Array(20);
  await ranks.broadcast(bytes);
  assert.ok(bytes.every((byte) => byte === 9));
  await ranks.sum(new Float32Array());
  await ranks.barrier();
  ranks[Symbol.dispose]();
  assert.deepEqual(library.calls, [
    ["MPI_Init_thread", null, null, 2, Int32Array.of(3)],
    ["MPI_Allreduce", 4],
    ["MPI_Allreduce", 4],
    ["MPI_Allreduce", 2],
    ["MPI_Bcast", 16],
    ["MPI_Bcast", 4],
    ["MPI_Barrier", 4],
    ["MPI_Finalize"],
  ]);
});

Deno.test("a gather goes in pieces of each rank's range", async () => {
  const library = fakeLibrary();
  const ranks = joinRanks(library, 4);
  const values = new Float32Array(12).fill(NaN);
  await ranks.gather(values, [6, 1, 5]);
  assert.deepEqual([...values], [0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2]);
  assert.deepEqual(library.calls.slice(1), [
    ["MPI_Allgatherv", [4, 1, 4], [0, 6, 7]],
    ["MPI_Allgatherv", [2, 0, 1], [4, 7, 11]],
  ]);
});

Deno.test("an exchange goes in pieces of each block", async () => {
  const library = fakeLibrary();
  const bytes = Uint8Array.from({ length: 60 }, (_, i) => i + 1);
  const received = await joinRanks(library, 4).exchange(bytes);
  assert.deepEqual(received, bytes.map((byte) => 2 * byte));
  assert.deepEqual(library.calls.slice(1), [
    ["MPI_Alltoall", 16],
    ["MPI_Alltoall", 4],
  ]);
});

Deno.test("an abort passes the exit code on", () => {
  const library = fakeLibrary();
  joinRanks(library).abort(2);
  assert.deepEqual(library.calls.at(-1), ["MPI_Abort", 4, 2]);
});

Deno.test("an error of the library names the function", async () => {
  const ranks = joinRanks(fakeLibrary("MPI_Allreduce"));
  await assert.rejects(
    () => ranks.sum(new Float32Array(1)),
    new RunFailedError(
      "MPI_Allreduce of Fake MPI failed with code 15: a rank or the network " +
        "between ranks was lost; run the same command again",
    ),
  );
});
