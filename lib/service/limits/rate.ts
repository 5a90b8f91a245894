import { sql } from "kysely";
import type { Database } from "../database/mod.ts";

/**
 * Takes one request from an allowance that all processes share: the generic
 * cell rate algorithm in one statement. `burst` requests may come at once, then
 * `perSecond`.
 *
 * @param key Whose allowance.
 * @returns 0 if the request may pass, else the seconds to wait
 */
export async function takeRequest(
  database: Database,
  key: string,
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
): Promise<number> {
  const every = 1 / perSecond;
  const { rows } = await sql<{ tat: Date }>`
    insert into rate as r (key, tat)
    values (${key}, now() + ${every}::float8 * interval '1 second')
    on conflict (key) do update
      set tat = greatest(r.tat, now()) + ${every}::float8 * interval '1 second'
      where greatest(r.tat, now()) + ${every}::float8 * interval '1 second'
        <= now() + ${every * burst}::float8 * interval '1 second'
    returning tat`.execute(database);
  if (rows.length > 0) return 0;
  const wait = await sql<{ seconds: number }>`
    select extract(epoch from tat - now())::float8 - ${
    every * (burst - 1)
  }::float8 as seconds
    from rate where key = ${key}`.execute(database);
  return Math.max(0.001, wait.rows[0]?.seconds ?? every);
}
