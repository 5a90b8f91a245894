import { z } from "@hono/zod-openapi";
import type { Selectable } from "kysely";
import type { CostTable, Database } from "../database/mod.ts";
import type { JobRow } from "../jobs/mod.ts";
import { timeText } from "./fields.ts";

const time = z.iso.datetime();

/** A job as clients see it. */
export const jobSchema = z.object({
  id: z.string(),
  object: z.literal("job"),
  status: z.enum(["queued", "running", "succeeded", "failed", "canceled"]),
  model: z.string(),
  /** Of the sampler's steps. */
  progress: z.number().min(0).max(1),
  priority: z.int(),
  attempts: z.int(),
  request: z.object({
    prompt: z.string(),
    language: z.string(),
    seed: z.int(),
    size: z.string().openapi({ description: "WIDTHxHEIGHT, pixels" }),
    frames: z.int(),
    fps: z.number(),
    steps: z.int(),
    guidance: z.number(),
    rescale: z.number(),
    sampler: z.string(),
  }),
  estimated_cost: z.object({ flops: z.number(), micros: z.number() })
    .openapi({ description: "before the job runs; micros are millionths" }),
  cost: z.object({
    flops: z.number(),
    seconds: z.number(),
    micros: z.number(),
  }).nullable().openapi({
    description: "what the job took, once it has ended",
  }),
  seconds: z.object({
    queue: z.number(),
    read: z.number(),
    sample: z.number(),
    decode: z.number(),
    write: z.number(),
  }).nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  video: z.object({
    bytes: z.int(),
    sha256: z.string(),
    url: z.string(),
    expires_at: time.nullable(),
  }).nullable().openapi({ description: "null also once the video is removed" }),
  content_filter: z.object({
    flagged: z.boolean(),
    scores: z.record(z.string(), z.number()),
  }).nullable(),
  webhook_url: z.string().nullable(),
  created_at: time,
  started_at: time.nullable(),
  finished_at: time.nullable(),
  urls: z.object({
    self: z.string(),
    events: z.string(),
    cancel: z.string(),
  }),
}).openapi("Job");

/** A job as clients see it. */
export type JobBody = z.infer<typeof jobSchema>;

/** What a job has cost. */
export type CostRow = Selectable<CostTable>;

/** The costs of those jobs that have ended, by their ids. */
export async function costsOf(
  database: Database,
  jobs: readonly Pick<JobRow, "id" | "finished_at">[],
): Promise<Map<string, CostRow>> {
  const ids = jobs.filter((job) => job.finished_at !== null)
    .map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await database.selectFrom("cost_log").selectAll()
    .where("job", "in", ids).execute();
  return new Map(rows.map((row) => [row.job!, row]));
}

/** A job as clients see it. */
export function jobBody(row: JobRow, cost?: CostRow): JobBody {
  const self = `/v1/jobs/${row.id}`;
  const { width, height, ...request } = row.request;
  return {
    id: row.id,
    object: "job",
    status: row.status,
    model: row.model,
    progress: row.progress,
    priority: row.priority,
    attempts: row.attempts,
    request: { ...request, size: `${width}x${height}` },
    estimated_cost: {
      flops: row.estimated_flops,
      micros: row.estimated_micros,
    },
    cost: cost === undefined
      ? null
      : { flops: cost.flops, seconds: cost.seconds, micros: cost.micros },
    seconds: row.seconds,
    error: row.error,
    video: row.video === null || row.video_removed_at !== null ? null : {
      bytes: row.video.bytes,
      sha256: row.video.sha256,
      url: `${self}/video`,
      expires_at: timeText(row.expires_at),
    },
    content_filter: row.filter && {
      flagged: row.filter.flagged,
      scores: { ...row.filter.scores },
    },
    webhook_url: row.webhook_url,
    created_at: timeText(row.created_at),
    started_at: timeText(row.started_at),
    finished_at: timeText(row.finished_at),
    urls: { self, events: `${self}/events`, cancel: self },
  };
}
