import { sql } from "kysely";
import type { Database } from "../database/mod.ts";
import { removeVideos, type VideoStore } from "../videos/mod.ts";

/** Rows of one sweep. */
const BATCH = 100;

/**
 * Removes the videos that have expired, and jobs that were deleted, once no
 * worker has them. A video goes before its row, so that a crash in between
 * leaves nothing behind.
 *
 * @returns how many videos were removed
 */
export async function sweep(
  database: Database,
  videos: VideoStore,
): Promise<number> {
  let removed = 0;
  const expired = await database.selectFrom("jobs").select(["id", "attempts"])
    .where("expires_at", "<=", sql<Date>`now()`)
    .where("video_removed_at", "is", null)
    .where("deleted_at", "is", null).limit(BATCH).execute();
  for (const { id, attempts } of expired) {
    await removeVideos(videos, id, attempts);
    await database.updateTable("jobs")
      .set({ video_removed_at: sql`now()`, revision: sql`revision + 1` })
      .where("id", "=", id).execute();
    removed++;
  }
  const deleted = await database.selectFrom("jobs").select(["id", "attempts"])
    .where("deleted_at", "is not", null).where("status", "!=", "running")
    .limit(BATCH).execute();
  for (const { id, attempts } of deleted) {
    await removeVideos(videos, id, attempts);
    await database.deleteFrom("jobs").where("id", "=", id).execute();
    removed++;
  }
  // A worker that is silent for an hour is gone.
  await sql`delete from workers where heartbeat_at < now() - interval '1 hour'`
    .execute(database);
  await sql`delete from rate where tat < now() - interval '1 hour'`
    .execute(database);
  return removed;
}
