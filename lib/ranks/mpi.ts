import { RunFailedError } from "../core/mod.ts";
import type { MpiArgument, MpiFunction, MpiLibrary } from "./library.ts";
import type { Ranks } from "./ranks.ts";

/** One thread at a time calls MPI, not always the same: `MPI_THREAD_SERIALIZED`. */
const SERIALIZED = 2;

/**
 * Values of one call: counts are 32 bits wide, and pieces of 4 MB are also faster
 * than one large call.
 */
const PIECE = 2 ** 20;

/** Ranks of MPI, to be closed by all of them when their work is done. */
export interface MpiRanks extends Ranks, Disposable {}

/**
 * Joins the ranks of a launcher. A process joins once.
 *
 * @param piece Values, or bytes, of one call.
 */
export function joinRanks(
  { call, wait, handles, kind }: Omit<MpiLibrary, "path">,
  piece = PIECE,
): MpiRanks {
  const { world, float, byte, sum, inPlace } = handles;
  const check = (code: number, name: string): void => {
    if (code === 0) return;
    throw new RunFailedError(
      `${name} of ${kind} failed with code ${code}: a rank or the network ` +
        "between ranks was lost; run the same command again",
    );
  };
  const now = (name: MpiFunction, ...values: MpiArgument[]): void =>
    check(call(name, ...values), name);
  const all = async (
    name: MpiFunction,
    ...values: MpiArgument[]
  ): Promise<void> => check(await wait(name, ...values), name);
  const found = new Int32Array(1);
  now("MPI_Init_thread", null, null, SERIALIZED, found);
  now("MPI_Comm_rank", world, found);
  const rank = found[0]!;
  now("MPI_Comm_size", world, found);
  const size = found[0]!;
  return {
    rank,
    size,
    async sum(values) {
      for (const part of piecesOf(values, piece)) {
        const { length } = part;
        await all("MPI_Allreduce", inPlace, part, length, float, sum, world);
      }
    },
    async gather(values, lengths) {
      for (const { counts, begins } of sharedPieces(lengths, piece)) {
        await all(
          "MPI_Allgatherv",
          inPlace,
          0, // with the next one left out: each rank's values are in place
          float,
          values as Float32Array<ArrayBuffer>,
          counts,
          begins,
          float,
          world,
        );
      }
    },
    async exchange(bytes) {
      const block = bytes.length / size;
      const received = new Uint8Array(bytes.length);
      for (let done = 0; done < block; done += 4 * piece) {
        const count = Math.min(4 * piece, block - done);
        const [sent, got] = [0, 0].map(() => new Uint8Array(size * count));
        const [from, to] = [bytes, received].map((array) => (rank: number) =>
          array.subarray(rank * block + done, rank * block + done + count)
        );
        for (let i = 0; i < size; i++) sent!.set(from!(i), i * count);
        await all("MPI_Alltoall", sent!, count, byte, got!, count, byte, world);
        for (let i = 0; i < size; i++) {
          to!(i).set(got!.subarray(i * count, (i + 1) * count));
        }
      }
      return received;
    },
    async broadcast(bytes) {
      for (const part of piecesOf(bytes, 4 * piece)) {
        await all("MPI_Bcast", part, part.length, byte, 0, world);
      }
    },
    barrier: () => all("MPI_Barrier", world),
    abort(exitCode) {
      call("MPI_Abort", world, exitCode);
    },
    [Symbol.dispose]: () => now("MPI_Finalize"),
  };
}

/** Pieces of ranges that lie behind each other, so many values of each at once. */
function* sharedPieces(
  lengths: readonly number[],
  piece: number,
): Generator<Record<"counts" | "begins", Int32Array<ArrayBuffer>>> {
  const longest = Math.max(...lengths);
  for (let done = 0; done < longest; done += piece) {
    let begin = 0;
    const begins = lengths.map((length) => {
      const place = begin + Math.min(done, length);
      begin += length;
      return place;
    });
    yield {
      counts: Int32Array.from(
        lengths,
        (length) => Math.max(0, Math.min(piece, length - done)),
      ),
      begins: Int32Array.from(begins),
    };
  }
}

/** Views of consecutive parts of an array. */
function* piecesOf<A extends Float32Array | Uint8Array>(
  values: A,
  length: number,
): Generator<A & BufferSource> {
  for (let begin = 0; begin < values.length; begin += length) {
    yield values.subarray(begin, begin + length) as A & BufferSource;
  }
}
