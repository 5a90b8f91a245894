/** Where videos are kept. Names are those of {@link videoName}. */
export interface VideoStore {
  /** For people: a folder, or an address without secrets. */
  readonly place: string;
  /**
   * Keeps a video under a name, as a whole or not at all.
   *
   * @param write Writes the video as a file of that path.
   */
  save(name: string, write: (path: string) => Promise<void>): Promise<Saved>;
  /**
   * Opens the bytes of a video.
   *
   * @param range First and last byte; all where left out.
   * @returns undefined if there is no such video
   */
  open(
    name: string,
    range?: ByteRange,
  ): Promise<ReadableStream<Uint8Array> | undefined>;
  /** Removes a video; one that does not exist is no error. */
  remove(name: string): Promise<void>;
  /** Checks that the place takes videos. @throws why it does not */
  check(): Promise<void>;
}

/** What was kept. */
export interface Saved {
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

/** Bytes from the first to the last one, from 0. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The name of the video that an attempt at a job makes. Each attempt has its
 * own, so that a worker that lost a job cannot touch what another one made.
 */
export function videoName(job: string, attempt: number): string {
  return `${job}-${attempt}.mp4`;
}

/** Removes the videos of attempts at a job, the first to `attempts`, but one. */
export async function removeVideos(
  store: VideoStore,
  job: string,
  attempts: number,
  kept?: number,
): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt !== kept) await store.remove(videoName(job, attempt));
  }
}
