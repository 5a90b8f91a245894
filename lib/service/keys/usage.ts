import { sql } from "kysely";
import type { Database } from "../database/mod.ts";

/** What a user has used and has asked for. */
export interface Usage {
  /** Jobs that wait or run. */
  readonly unfinished: number;
  /** Estimated cost of those, millionths. */
  readonly reservedMicros: number;
  /** Cost of the calendar month (UTC) so far, millionths. */
  readonly monthMicros: number;
  /** Jobs of the month that have a cost. */
  readonly monthJobs: number;
}

/** Reads what a user has used and has asked for. */
export async function usageOf(
  database: Database,
  owner: string,
): Promise<Usage> {
  const { rows: [row] } = await sql<Usage>`
    select u.unfinished::int as "unfinished",
      u.reserved::float8 as "reservedMicros",
      c.micros::float8 as "monthMicros",
      c.jobs::int as "monthJobs"
    from (select count(*) as unfinished, coalesce(sum(estimated_micros), 0) as reserved
        from jobs where owner = ${owner} and status in ('queued', 'running')) u,
      (select count(*) as jobs, coalesce(sum(micros), 0) as micros from cost_log
        where owner = ${owner}
        and at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc') c`
    .execute(database);
  return row!;
}
