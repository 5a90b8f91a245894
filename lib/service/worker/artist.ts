import type {
  FilterResult,
  JobRequest,
  StageSeconds,
} from "../database/mod.ts";

/** What an attempt at a job has taken, also one that was stopped. */
export interface Work {
  /** Seconds by stage. */
  readonly seconds: Omit<StageSeconds, "queue">;
  /** Operations that ran. */
  readonly flops: number;
}

/** A finished video, not yet written. */
export interface Drawing extends Work {
  readonly filter?: FilterResult;
  /** Writes the video as an MP4 file. */
  write(path: string): Promise<void>;
}

/** Makes videos of requests, one at a time. */
export interface Artist extends Disposable {
  /** Names of the models that it has. */
  readonly models: readonly string[];
  /**
   * Makes a video.
   *
   * @param tell Takes the part that is done, 0 to 1.
   * @throws the signal's reason within one step, once it is aborted
   */
  draw(
    model: string,
    request: JobRequest,
    options: {
      readonly tell: (part: number) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<Drawing>;
  /** What the drawing in progress, or the last one, has taken so far. */
  work(): Work;
}
