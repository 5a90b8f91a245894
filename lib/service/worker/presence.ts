import { sql } from "kysely";
import type { Database } from "../database/mod.ts";

/** A worker as others see it. */
export interface Presence {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly models: readonly string[];
  /** The job that it works at. */
  readonly job?: string;
  /** Of one core since the call before. */
  readonly cpuShare: number;
  /** Resident memory, bytes. */
  readonly rss: number;
}

/** Tells that a worker is there, and what it does. */
export async function tellPresence(
  database: Database,
  { id, host, pid, models, job = null, cpuShare, rss }:
    & Omit<Presence, "job">
    & { readonly job?: string | null },
): Promise<void> {
  const now = { job, cpu_share: cpuShare, rss };
  await database.insertInto("workers")
    .values({ id, host, pid, models: [...models], ...now })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet({ ...now, heartbeat_at: sql`now()` })
    ).execute();
}

/** Tells that a worker has stopped. */
export async function tellAbsence(
  database: Database,
  id: string,
): Promise<void> {
  await database.deleteFrom("workers").where("id", "=", id).execute();
}
