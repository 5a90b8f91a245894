import { InputError, messageOf, pause } from "../../core/mod.ts";
import type { Database, JobError, StageSeconds } from "../database/mod.ts";
import {
  type Claim,
  claimJob,
  finishJob,
  jobById,
  type JobEnd,
  type JobRow,
  priceOf,
  releaseJob,
} from "../jobs/mod.ts";
import type { Log } from "../log.ts";
import { removeVideos, videoName, type VideoStore } from "../videos/mod.ts";
import type { Artist, Drawing } from "./artist.ts";
import {
  afterStop,
  beats,
  settled,
  type Stop,
  unlessAborted,
} from "./_stops.ts";
import { RefusedError } from "./content_filter.ts";
import { noteEnd, traced } from "../telemetry.ts";

/** What a worker works with. */
export interface WorkOptions {
  readonly database: Database;
  readonly artist: Artist;
  readonly videos: VideoStore;
  /** Its own name, of no other worker. */
  readonly worker: string;
  readonly log: Log;
  /** Seconds that videos are kept; for ever where left out. */
  readonly keepSeconds?: number;
  readonly microsPerTeraflop: number;
  /** Milliseconds between two looks into an empty queue. */
  readonly pollEvery: number;
  /** Milliseconds between two beats of a running job. */
  readonly beatEvery: number;
  /** Seconds after which others may take the job of a silent worker. */
  readonly leaseSeconds: number;
  /** Seconds that a running job may go on for after a stop. */
  readonly graceSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Receives each job that this worker has ended. */
  readonly onEnd?: (job: JobRow) => void;
  /** Receives the job that is worked at, or undefined. */
  readonly onClaim?: (job: string | undefined) => void;
}

/** Milliseconds to wait after an error of the database. */
const AFTER_ERROR = 500;

/**
 * Takes jobs and draws their videos until it is stopped. Errors of the database
 * are waited out.
 *
 * @param signal Stops it: the running job ends within the grace or returns to
 *   the queue.
 */
export async function work(
  options: WorkOptions,
  signal: AbortSignal,
): Promise<void> {
  const { database, artist, worker, log, pollEvery, onClaim } = options;
  let drawing = Promise.resolve();
  while (!signal.aborted) {
    try {
      await drawing;
      const claim = await claimJob(database, worker, artist.models);
      if (claim === undefined) {
        await pause(pollEvery, signal);
        continue;
      }
      onClaim?.(claim.job.id);
      await traced(
        claim.job,
        () =>
          workAt(
            claim,
            options,
            signal,
            (started) => drawing = settled(started),
          ),
      );
    } catch (error) {
      log.error("the queue cannot be read", error, { worker });
      await pause(AFTER_ERROR, signal);
    } finally {
      onClaim?.(undefined);
    }
  }
  await drawing;
}

/**
 * @param onDrawing Receives the drawing, which may outlive the work at the job:
 *   a model that is being opened cannot stop.
 */
async function workAt(
  claim: Claim,
  options: WorkOptions,
  signal: AbortSignal,
  onDrawing: (drawing: Promise<Drawing>) => void,
): Promise<void> {
  const { artist, log, videos, graceSeconds } = options;
  const { job } = claim;
  const drawing = new AbortController();
  const stop = (why: Stop): void => drawing.abort(why);
  let part = 0;
  using _beats = beats(claim, options, () => part, stop);
  using _grace = afterStop(signal, graceSeconds, () => stop("shutdown"));
  log.info("job started", { job: job.id, attempt: job.attempts });
  const queue = queueSeconds(job);
  let end: Omit<JobEnd, "cost" | "seconds" | "keepSeconds">;
  try {
    const drawn = artist.draw(job.model, job.request, {
      tell: (done) => part = done,
      signal: drawing.signal,
    });
    onDrawing(drawn);
    const clip = await unlessAborted(drawn, drawing.signal);
    try {
      end = await kept(claim, clip, videos);
    } catch (error) {
      log.error("the video cannot be kept", error, { job: job.id });
      return await notKept(claim, options, signal);
    }
  } catch (error) {
    const why = drawing.signal.aborted ? drawing.signal.reason : undefined;
    if (why === "lost") {
      log.warn("job lost", { job: job.id, attempt: job.attempts });
      return;
    }
    if (why === "shutdown") {
      await insist(options, () => releaseJob(options.database, claim));
      log.info("job released", { job: job.id });
      return;
    }
    end = why === "cancel" ? { status: "canceled" } : {
      status: "failed",
      error: errorOf(error),
      filter: error instanceof RefusedError ? error.result : undefined,
    };
    if (end.error?.code === "generation_failed") {
      log.error("job failed", error, { job: job.id });
    }
  }
  await ended(claim, end, { queue, ...artist.work().seconds }, options);
}

/**
 * Gives a job back whose video cannot be kept, and waits until the store takes
 * videos again. Where it does at once, the fault is of this video: the attempt
 * counts, and the last one fails.
 */
async function notKept(
  claim: Claim,
  options: WorkOptions,
  signal: AbortSignal,
): Promise<void> {
  const { database, log, videos, artist } = options;
  const { job } = claim;
  const works = (): Promise<boolean> =>
    videos.check().then(() => true, () => false);
  const counts = await works();
  if (counts && job.attempts >= job.max_attempts) {
    const error = {
      code: "video_not_kept",
      message: "The video was drawn and could not be kept",
    };
    const seconds = { queue: queueSeconds(job), ...artist.work().seconds };
    return await ended(claim, { status: "failed", error }, seconds, options);
  }
  await insist(options, () => releaseJob(database, claim, { counts }));
  log.info("job released", { job: job.id });
  if (counts) return;
  while (!signal.aborted && !await works()) await pause(AFTER_ERROR, signal);
  log.info("videos can be kept again");
}

function queueSeconds({ created_at }: JobRow): number {
  return (Date.now() - created_at.getTime()) / 1000;
}

/** Keeps the video of a job. */
async function kept(
  { job }: Claim,
  drawing: Drawing,
  videos: VideoStore,
): Promise<Pick<JobEnd, "status" | "video" | "filter">> {
  const name = videoName(job.id, job.attempts);
  const saved = await videos.save(name, drawing.write);
  return {
    status: "succeeded",
    video: { name, ...saved },
    filter: drawing.filter,
  };
}

async function ended(
  claim: Claim,
  end: Omit<JobEnd, "cost" | "seconds" | "keepSeconds">,
  seconds: StageSeconds,
  options: WorkOptions,
): Promise<void> {
  const { artist, database, log, videos, now } = options;
  const { job } = claim;
  const { flops } = artist.work();
  const { queue: _, ...busy } = seconds;
  const row = await insist(options, () =>
    finishJob(database, claim, {
      ...end,
      seconds,
      keepSeconds: options.keepSeconds,
      cost: {
        flops,
        seconds: Object.values(busy).reduce((sum, x) => sum + x, 0),
        // A failure is ours and free; a cancellation pays for what was done.
        micros: end.status === "failed"
          ? 0
          : priceOf(flops, options.microsPerTeraflop),
      },
    }, now())) ?? await finishedBefore(claim, options);
  if (row === undefined) {
    log.warn("job lost at its end", { job: job.id, attempt: job.attempts });
    if (end.video) await videos.remove(end.video.name);
    return;
  }
  // Whoever held the job before may have left a video without a row.
  await removeVideos(
    videos,
    job.id,
    job.attempts,
    end.video && job.attempts,
  );
  log.info("job ended", {
    job: job.id,
    status: end.status,
    code: end.error?.code,
  });
  noteEnd(end.status, seconds);
  options.onEnd?.(row);
}

/** The answer to a commit may be lost, but not the commit. */
async function finishedBefore(
  { job }: Claim,
  options: WorkOptions,
): Promise<JobRow | undefined> {
  const row = await insist(options, () => jobById(options.database, job.id));
  return row?.video?.name === videoName(job.id, job.attempts) ? row : undefined;
}

/** Repeats a query until the database answers. */
async function insist<T>(
  { log, leaseSeconds, now }: WorkOptions,
  query: () => Promise<T>,
): Promise<T> {
  // Past the lease others have the job, so that the answer would be "lost".
  const last = now() + 4 * leaseSeconds * 1000;
  for (;;) {
    try {
      return await query();
    } catch (error) {
      if (now() > last) throw error;
      log.warn("the database does not answer", { reason: messageOf(error) });
      await pause(AFTER_ERROR);
    }
  }
}

/** What clients are told of a failure: of ours no details, which may name paths. */
function errorOf(error: unknown): JobError {
  if (error instanceof RefusedError) {
    return { code: "content_refused", message: error.message };
  }
  if (error instanceof InputError) {
    return { code: "invalid_request", message: error.message.slice(0, 500) };
  }
  return {
    code: "generation_failed",
    message: "The model could not draw this video",
  };
}
