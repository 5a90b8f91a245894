import type { Database, JobRequest } from "../database/mod.ts";
import { newId } from "../ids.ts";
import type { UserRow } from "../keys/mod.ts";
import { usageOf } from "../limits/mod.ts";
import type { CostEstimate } from "./cost.ts";
import type { JobRow } from "./read.ts";

/** A job to be made. */
export interface NewJob {
  readonly owner: string;
  readonly model: string;
  readonly request: JobRequest;
  readonly priority: number;
  readonly webhookUrl?: string;
  readonly estimate: CostEstimate;
  readonly idempotencyKey?: string;
  readonly traceparent?: string;
}

/** Why a job was not made. */
export type JobRefusal =
  | { readonly refused: "key reused" }
  | { readonly refused: "too many unfinished"; readonly limit: number }
  | { readonly refused: "quota"; readonly leftMicros: number };

/** The job, and whether an earlier request with the same key had made it. */
export interface CreatedJob {
  readonly row: JobRow;
  readonly replayed: boolean;
}

/** Attempts of a job whose workers vanish. */
const MAX_ATTEMPTS = 3;

/**
 * Puts a job into the queue, or finds the one that an earlier request with the
 * same idempotency key made. Requests of one user come one after another, so
 * that many at once do not pass their limits.
 *
 * @param now Milliseconds since 1970.
 */
export function createJob(
  database: Database,
  job: NewJob,
  now: number,
): Promise<CreatedJob | JobRefusal> {
  const { owner, model, request, priority, webhookUrl, idempotencyKey } = job;
  return database.transaction().execute(async (tx) => {
    const user = await tx.selectFrom("users").selectAll()
      .where("id", "=", owner).forNoKeyUpdate().executeTakeFirstOrThrow();
    const hash = idempotencyKey === undefined ? null : await hashOf(job);
    if (idempotencyKey !== undefined) {
      const old = await tx.selectFrom("jobs").selectAll()
        .where("owner", "=", owner)
        .where("idempotency_key", "=", idempotencyKey).executeTakeFirst();
      if (old !== undefined) {
        return old.request_hash === hash
          ? { row: old, replayed: true }
          : { refused: "key reused" };
      }
    }
    const refusal = await refusalFor(tx, user, job.estimate);
    if (refusal !== undefined) return refusal;
    const row = await tx.insertInto("jobs").values({
      id: newId("job", now),
      owner,
      model,
      request: JSON.stringify(request),
      priority,
      max_attempts: MAX_ATTEMPTS,
      idempotency_key: idempotencyKey ?? null,
      request_hash: hash,
      webhook_url: webhookUrl ?? null,
      estimated_flops: job.estimate.flops,
      estimated_micros: job.estimate.micros,
      traceparent: job.traceparent ?? null,
    }).returningAll().executeTakeFirstOrThrow();
    return { row, replayed: false };
  });
}

async function refusalFor(
  database: Database,
  user: UserRow,
  { micros }: CostEstimate,
): Promise<JobRefusal | undefined> {
  const usage = await usageOf(database, user.id);
  if (usage.unfinished >= user.max_unfinished) {
    return { refused: "too many unfinished", limit: user.max_unfinished };
  }
  if (user.monthly_micros === null) return undefined;
  const left = user.monthly_micros - usage.monthMicros - usage.reservedMicros;
  return micros > left
    ? { refused: "quota", leftMicros: Math.max(0, left) }
    : undefined;
}

async function hashOf(
  { model, request, priority, webhookUrl }: NewJob,
): Promise<string> {
  const text = JSON.stringify([
    model,
    Object.entries(request).sort(([a], [b]) => a < b ? -1 : 1),
    priority,
    webhookUrl,
  ]);
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
