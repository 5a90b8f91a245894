import { type Selectable, sql } from "kysely";
import type { Database, StageSeconds, WorkerTable } from "../database/mod.ts";
import type { JobRow } from "../jobs/mod.ts";

/** Whose figures: those of one user, or of all for the operator. */
export type Scope = string | undefined;

/** Jobs by status, and the queue. */
export interface QueueFigures {
  readonly queued: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly canceled: number;
  /** Age of the oldest job that waits, seconds. */
  readonly oldest: number;
  /** Jobs that ended in the last hour. */
  readonly endedLastHour: number;
}

/** Reads jobs by status. */
export async function queueFigures(
  database: Database,
  owner: Scope,
): Promise<QueueFigures> {
  const { rows: [row] } = await sql<QueueFigures>`
    select count(*) filter (where status = 'queued')::int as "queued",
      count(*) filter (where status = 'running')::int as "running",
      count(*) filter (where status = 'succeeded')::int as "succeeded",
      count(*) filter (where status = 'failed')::int as "failed",
      count(*) filter (where status = 'canceled')::int as "canceled",
      coalesce(extract(epoch from now() - min(created_at)
        filter (where status = 'queued')), 0)::float8 as "oldest",
      count(*) filter (where finished_at > now() - interval '1 hour')::int
        as "endedLastHour"
    from jobs where deleted_at is null ${ofOwner(owner)}`.execute(database);
  return row!;
}

/** The newest jobs. */
export async function newestJobs(
  database: Database,
  owner: Scope,
  limit: number,
): Promise<JobRow[]> {
  const { rows } = await sql<JobRow>`
    select * from jobs where deleted_at is null ${ofOwner(owner)}
    order by id desc limit ${limit}`.execute(database);
  return rows;
}

/** The newest jobs whose video is kept. */
export async function newestVideos(
  database: Database,
  owner: Scope,
  limit: number,
): Promise<JobRow[]> {
  const { rows } = await sql<JobRow>`
    select * from jobs where deleted_at is null and video is not null
      and video_removed_at is null ${ofOwner(owner)}
    order by id desc limit ${limit}`.execute(database);
  return rows;
}

/** Seconds of a stage in half of the jobs, and in 95 of 100. */
export interface LatencyRow {
  readonly stage: keyof StageSeconds;
  readonly jobs: number;
  readonly median: number;
  readonly p95: number;
}

/** Reads seconds by stage of the jobs that succeeded in the last day. */
export async function latencyFigures(
  database: Database,
  owner: Scope,
): Promise<LatencyRow[]> {
  const { rows } = await sql<LatencyRow>`
    select stage, count(*)::int as jobs,
      percentile_cont(0.5) within group (order by value::float8) as median,
      percentile_cont(0.95) within group (order by value::float8) as p95
    from jobs, jsonb_each_text(seconds) as s(stage, value)
    where status = 'succeeded' and finished_at > now() - interval '1 day'
      ${ofOwner(owner)}
    group by stage
    order by array_position(array['queue','read','sample','decode','write'], stage)`
    .execute(database);
  return rows;
}

/** The cost of a day. */
export interface CostRow {
  readonly day: string;
  readonly jobs: number;
  readonly micros: number;
  readonly seconds: number;
  readonly flops: number;
}

/** Reads the cost of the last days that have any. */
export async function costFigures(
  database: Database,
  owner: Scope,
  days: number,
): Promise<CostRow[]> {
  const { rows } = await sql<CostRow>`
    select to_char(at at time zone 'utc', 'YYYY-MM-DD') as day,
      count(*)::int as jobs, sum(micros)::float8 as micros,
      sum(seconds) as seconds, sum(flops) as flops
    from cost_log where true ${ofOwner(owner)}
    group by day order by day desc limit ${days}`.execute(database);
  return rows;
}

/** Workers heard of in the last minute. */
export function presentWorkers(
  database: Database,
): Promise<Selectable<WorkerTable>[]> {
  return database.selectFrom("workers").selectAll()
    .where("heartbeat_at", ">", sql<Date>`now() - interval '1 minute'`)
    .orderBy("id").execute();
}

function ofOwner(owner: Scope): ReturnType<typeof sql> {
  return owner === undefined ? sql`` : sql`and owner = ${owner}`;
}
