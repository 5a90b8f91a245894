import { sql } from "kysely";
import type {
  Database,
  FilterResult,
  JobError,
  StageSeconds,
  VideoFacts,
} from "../database/mod.ts";
import { newId } from "../ids.ts";
import type { JobRow } from "./read.ts";
import { webhookPayload } from "./payload.ts";

/** A job in the hands of a worker. */
export interface Claim {
  readonly job: JobRow;
  readonly worker: string;
}

/** Claims come one after another, so that the limit of running jobs of a user holds. */
const CLAIM_LOCK = 7_110_301;

/**
 * Takes the next job for a worker: the highest priority first, then the oldest;
 * not one of a user who has as many running as they may.
 *
 * @param models Models that the worker has.
 */
export async function claimJob(
  database: Database,
  worker: string,
  models: readonly string[],
): Promise<Claim | undefined> {
  // Idle workers must not queue up for the lock.
  const waiting = await database.selectFrom("jobs").select("id")
    .where("status", "=", "queued").where("run_at", "<=", sql<Date>`now()`)
    .limit(1).executeTakeFirst();
  if (waiting === undefined) return undefined;
  return await database.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${CLAIM_LOCK})`.execute(tx);
    const { rows: [job] } = await sql<JobRow>`
      update jobs set status = 'running', worker = ${worker}, heartbeat_at = now(),
        attempts = attempts + 1, progress = 0, revision = revision + 1,
        started_at = coalesce(started_at, now())
      where id = (
        select j.id from jobs j join users u on u.id = j.owner
        where j.status = 'queued' and j.run_at <= now()
          and j.model = any(${[...models]}::text[])
          and (select count(*) from jobs r
            where r.owner = j.owner and r.status = 'running') < u.concurrency
        order by j.priority desc, j.run_at, j.id
        limit 1 for update of j skip locked)
      returning *`.execute(tx);
    return job && { job, worker };
  });
}

/** Whether a worker may go on with a job. */
export type Beat = "go on" | "cancel" | "lost";

/** Tells that a worker is at a job, and how far. */
export async function beat(
  database: Database,
  { job, worker }: Claim,
  progress: number,
): Promise<Beat> {
  const { rows: [row] } = await sql<{ cancel_requested: boolean }>`
    update jobs set heartbeat_at = now(), progress = ${progress},
      revision = revision + case when progress = ${progress} then 0 else 1 end
    where id = ${job.id} and worker = ${worker} and attempts = ${job.attempts}
      and status = 'running'
    returning cancel_requested`.execute(database);
  if (row === undefined) return "lost";
  return row.cancel_requested ? "cancel" : "go on";
}

/** How a job ended. */
export interface JobEnd {
  readonly status: "succeeded" | "failed" | "canceled";
  readonly error?: JobError;
  readonly video?: VideoFacts;
  readonly filter?: FilterResult;
  readonly seconds: StageSeconds;
  readonly cost: {
    readonly flops: number;
    readonly seconds: number;
    readonly micros: number;
  };
  /** Seconds until the video is removed; never where left out. */
  readonly keepSeconds?: number;
}

/**
 * Ends a job: its state, its cost and its webhook in one transaction, which does
 * nothing if the worker has lost the job.
 *
 * @returns the job as it is now; undefined if the worker had lost it
 */
export function finishJob(
  database: Database,
  { job, worker }: Claim,
  end: JobEnd,
  now: number,
): Promise<JobRow | undefined> {
  const json = (value: unknown): string | null =>
    value === undefined ? null : JSON.stringify(value);
  return database.transaction().execute(async (tx) => {
    const { rows: [row] } = await sql<JobRow>`
      update jobs set status = ${end.status}, worker = null, heartbeat_at = null,
        progress = case when ${end.status} = 'succeeded' then 1 else progress end,
        error = ${json(end.error)}::jsonb, video = ${json(end.video)}::jsonb,
        filter = ${json(end.filter)}::jsonb, seconds = ${
      json(end.seconds)
    }::jsonb,
        finished_at = now(), revision = revision + 1,
        expires_at = case when ${end.status} = 'succeeded'
          then now() + ${
      end.keepSeconds ?? null
    }::float8 * interval '1 second' end
      where id = ${job.id} and worker = ${worker} and attempts = ${job.attempts}
        and status = 'running'
      returning *`.execute(tx);
    if (row === undefined) return undefined;
    await tx.insertInto("cost_log").values({
      owner: job.owner,
      job: job.id,
      ...end.cost,
    }).execute();
    await queueWebhook(tx, row, now);
    return row;
  });
}

/**
 * Gives a job back, so that another worker takes it: at once where the attempt
 * does not count, else after a pause that doubles.
 */
export async function releaseJob(
  database: Database,
  { job, worker }: Claim,
  { counts = false }: { readonly counts?: boolean } = {},
): Promise<void> {
  const wait = counts ? 2 ** (job.attempts - 1) : 0;
  await sql`
    update jobs set status = 'queued', worker = null, heartbeat_at = null,
      attempts = attempts - ${counts ? 0 : 1}::int, progress = 0,
      run_at = now() + ${wait}::float8 * interval '1 second',
      revision = revision + 1
    where id = ${job.id} and worker = ${worker} and attempts = ${job.attempts}
      and status = 'running'`.execute(database);
}

/**
 * Takes jobs from workers that were not heard of for some time. They return to
 * the queue after a pause that doubles, and fail after their last attempt. What
 * those wrote and could not tell of expires at once.
 *
 * @returns how many returned, and how many failed
 */
export function reapJobs(
  database: Database,
  leaseSeconds: number,
  now: number,
): Promise<{ readonly queued: number; readonly failed: number }> {
  return database.transaction().execute(async (tx) => {
    const { rows } = await sql<JobRow>`
      update jobs set worker = null, heartbeat_at = null, revision = revision + 1,
        status = case when cancel_requested then 'canceled'
          when attempts < max_attempts then 'queued' else 'failed' end,
        progress = case when attempts < max_attempts then 0 else progress end,
        error = case when cancel_requested or attempts < max_attempts then null
          else '{"code":"worker_lost","message":"The workers of this job vanished"}'::jsonb end,
        finished_at = case when cancel_requested or attempts >= max_attempts then now() end,
        expires_at = case when cancel_requested or attempts >= max_attempts then now() end,
        run_at = now() + interval '1 second' * power(2, attempts - 1)
      where id in (select id from jobs where status = 'running'
        and heartbeat_at < now() - ${leaseSeconds}::float8 * interval '1 second'
        for update skip locked)
      returning *`.execute(tx);
    const ended = rows.filter(({ status }) => status !== "queued");
    for (const row of ended) {
      await tx.insertInto("cost_log").values({
        owner: row.owner,
        job: row.id,
        flops: 0,
        seconds: 0,
        micros: 0,
      }).execute();
      await queueWebhook(tx, row, now);
    }
    return {
      queued: rows.length - ended.length,
      failed: ended.filter(({ status }) => status === "failed").length,
    };
  });
}

async function queueWebhook(
  database: Database,
  row: JobRow,
  now: number,
): Promise<void> {
  if (row.webhook_url === null || row.deleted_at !== null) return;
  const payload = webhookPayload(row);
  await database.insertInto("webhook_deliveries").values({
    id: newId("evt", now),
    job: row.id,
    owner: row.owner,
    url: row.webhook_url,
    event: payload.type,
    payload: JSON.stringify(payload),
  }).execute();
}
