/** Gradients that are ready at a time and travel as one array. */
export interface Bucket {
  /** Seconds from the start of the last microbatch. */
  readonly ready: number;
  readonly bytes: number;
}

/** Work of one rank in an update. */
export interface RankWork {
  /** Seconds of a microbatch. */
  readonly microbatch: number;
  /** Microbatches of a rank. */
  readonly count: number;
  /** Seconds after the gradients are added: optimiser and EMAs. */
  readonly update: number;
  /** In the order of the last microbatch. */
  readonly buckets: readonly Bucket[];
}

/** What connects ranks. */
export interface Link {
  /** Of each direction, in full use. */
  readonly bytesPerSecond: number;
  /** Seconds until a message arrives. */
  readonly latency: number;
}

/** Share of a link's bits that are data: TCP over Ethernet frames of 1,500 bytes. */
const GOODPUT = 0.94;

/** A link of so many 10^9 bits a second, with the latency of TCP in one building. */
export function ethernet(gbit: number): Link {
  return { bytesPerSecond: gbit * 1e9 / 8 * GOODPUT, latency: 50e-6 };
}

/**
 * Seconds to add an array over ranks: by a ring each rank sends and receives
 * `2 (n - 1) / n` of the bytes (Patarasuk & Yuan 2009, "Bandwidth optimal
 * all-reduce algorithms for clusters of workstations").
 */
export function sumSeconds(
  bytes: number,
  ranks: number,
  { bytesPerSecond, latency }: Link,
): number {
  const share = (ranks - 1) / ranks;
  return 2 * (share * bytes / bytesPerSecond + Math.log2(ranks) * latency);
}

/** Predicted seconds of an update. */
export interface Prediction {
  readonly seconds: number;
  /** Seconds of sums while nothing is computed. */
  readonly exposed: number;
  /** Seconds of all sums. */
  readonly communication: number;
  /** Work of all ranks by one of them, over `ranks` times the seconds. */
  readonly efficiency: number;
}

/**
 * Predicts an update of data-parallel training: sums of buckets follow each other
 * on the link, each from when it is ready; those after the last microbatch delay
 * the update.
 */
export function predictUpdate(
  { microbatch, count, update, buckets }: RankWork,
  ranks: number,
  link: Link,
): Prediction {
  let end = 0, communication = 0;
  for (const { ready, bytes } of buckets) {
    const seconds = sumSeconds(bytes, ranks, link);
    communication += seconds;
    end = Math.max(end, ready) + seconds;
  }
  const exposed = Math.max(0, end - microbatch);
  const seconds = count * microbatch + exposed + update;
  const alone = ranks * count * microbatch + update;
  return {
    seconds,
    exposed,
    communication,
    efficiency: alone / (ranks * seconds),
  };
}
