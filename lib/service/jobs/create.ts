import { sql } from "kysely";
import type { Database, JobRequest } from "../database/mod.ts";
import { newId } from "../ids.ts";
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
export async function createJob(
  database: Database,
  job: NewJob,
  now: number,
): Promise<CreatedJob | JobRefusal> {
  const { owner, model, request, priority, estimate, idempotencyKey } = job;
  const id = newId("job", now);
  const hash = idempotencyKey === undefined ? null : await hashOf(job);
  const { rows: [made] } = await sql<MadeRow>`
    select c.refused, c.most, (c.job).* from create_job(${id}, ${owner},
      ${model}, ${JSON.stringify(request)}::jsonb, ${priority}, ${MAX_ATTEMPTS},
      ${idempotencyKey ?? null}, ${hash}, ${job.webhookUrl ?? null},
      ${estimate.flops}, ${estimate.micros}, ${job.traceparent ?? null}) c`
    .execute(database);
  const { refused, most, ...row } = made!;
  if (refused === "quota") return { refused, leftMicros: most! };
  if (refused !== null) return { refused, limit: most! };
  if (row.id === id) return { row, replayed: false };
  return row.request_hash === hash
    ? { row, replayed: true }
    : { refused: "key reused" };
}

/** An answer of the function `create_job`; without a job where it is refused. */
type MadeRow = JobRow & {
  readonly refused: "too many unfinished" | "quota" | null;
  /** The limit, or what is left of it. */
  readonly most: number | null;
};

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
