import type { Selectable } from "kysely";
import type { Database, JobTable } from "../database/mod.ts";

/** A job as the database has it. */
export type JobRow = Selectable<JobTable>;

/** A job of a user that is not deleted. */
export function jobOf(
  database: Database,
  owner: string,
  id: string,
): Promise<JobRow | undefined> {
  return database.selectFrom("jobs").selectAll().where("owner", "=", owner)
    .where("id", "=", id).where("deleted_at", "is", null).executeTakeFirst();
}

/** The jobs of a user in the order of their ids, `limit` + 1 at most. */
export function jobsOf(
  database: Database,
  owner: string,
  { after, limit, order, status }: {
    readonly after?: string;
    readonly limit: number;
    readonly order: "asc" | "desc";
    readonly status?: JobRow["status"];
  },
): Promise<JobRow[]> {
  let query = database.selectFrom("jobs").selectAll()
    .where("owner", "=", owner).where("deleted_at", "is", null)
    .orderBy("id", order).limit(limit + 1);
  if (status !== undefined) query = query.where("status", "=", status);
  if (after !== undefined) {
    query = query.where("id", order === "asc" ? ">" : "<", after);
  }
  return query.execute();
}

/** A job of anybody, deleted or not: for workers. */
export function jobById(
  database: Database,
  id: string,
): Promise<JobRow | undefined> {
  return database.selectFrom("jobs").selectAll().where("id", "=", id)
    .executeTakeFirst();
}
