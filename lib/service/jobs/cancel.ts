import { sql } from "kysely";
import type { Database } from "../database/mod.ts";
import { jobOf, type JobRow } from "./read.ts";

/**
 * Cancels a job: one that waits at once, one that runs as soon as its worker
 * has seen it. One that has ended stays as it is.
 *
 * @returns undefined if the user has no such job
 */
export async function cancelJob(
  database: Database,
  owner: string,
  id: string,
): Promise<JobRow | undefined> {
  await sql`
    update jobs set cancel_requested = true, revision = revision + 1,
      status = case when status = 'queued' then 'canceled' else status end,
      finished_at = case when status = 'queued' then now() end
    where id = ${id} and owner = ${owner} and deleted_at is null
      and status in ('queued', 'running') and not cancel_requested`
    .execute(database);
  return await jobOf(database, owner, id);
}

/**
 * Hides a job from now on and cancels it; {@link sweep} removes row and video.
 *
 * @returns whether the user had such a job
 */
export async function deleteJob(
  database: Database,
  owner: string,
  id: string,
): Promise<boolean> {
  const { rows } = await sql`
    update jobs set deleted_at = now(), cancel_requested = true,
      idempotency_key = null, revision = revision + 1,
      status = case when status = 'queued' then 'canceled' else status end,
      finished_at = case when status = 'queued' then now() else finished_at end
    where id = ${id} and owner = ${owner} and deleted_at is null
    returning id`.execute(database);
  return rows.length > 0;
}
