import { cpuUsage } from "node:process";
import { sql } from "kysely";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Database, JobStatus } from "../database/mod.ts";
import type { JobRow } from "../jobs/mod.ts";

/** Metrics of one process, in the format of Prometheus. */
export interface Metrics {
  readonly registry: Registry;
  /** Seconds of requests by method, route and status. */
  readonly requests: Histogram<"method" | "route" | "status">;
  readonly rateLimited: Counter;
  /** Streams of events that are open. */
  readonly streams: Gauge;
  /** Counts a job that a worker of this process has ended. */
  jobEnded(job: JobRow): void;
  /** Counts jobs whose workers vanished, found by this process. */
  jobsReaped(
    counts: { readonly queued: number; readonly failed: number },
  ): void;
  /** Share of one core since the call before. */
  cpuShare(): number;
}

const STATUSES: readonly JobStatus[] = [
  "queued",
  "running",
  "succeeded",
  "failed",
  "canceled",
];

/** Makes the metrics of a process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const stages = new Histogram({
    name: "aiprod_job_stage_seconds",
    help: "Seconds of the stages of jobs: queue, read, sample, decode, write",
    labelNames: ["stage", "model"],
    buckets: [0.01, 0.05, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800],
    registers,
  });
  const ended = new Counter({
    name: "aiprod_jobs_ended_total",
    help: "Jobs that workers of this process have ended",
    labelNames: ["status", "model"],
    registers,
  });
  const failures = new Counter({
    name: "aiprod_job_failures_total",
    help: "Failed jobs by the code of their error",
    labelNames: ["code"],
    registers,
  });
  const requeued = new Counter({
    name: "aiprod_jobs_requeued_total",
    help: "Jobs taken from workers that vanished",
    registers,
  });
  const cpuShare = cpuShareSince();
  let cpu = 0;
  new Gauge({
    name: "aiprod_process_cpu_share",
    help: "Processor time of this process, share of one core",
    registers,
    collect() {
      this.set(cpu);
    },
  });
  new Gauge({
    name: "aiprod_process_resident_memory_bytes",
    help: "Resident memory of this process",
    registers,
    collect() {
      this.set(Deno.memoryUsage().rss);
    },
  });
  return {
    registry,
    requests: new Histogram({
      name: "aiprod_http_request_duration_seconds",
      help: "Seconds until the head of an answer",
      labelNames: ["method", "route", "status"],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    rateLimited: new Counter({
      name: "aiprod_rate_limited_total",
      help: "Requests turned away by the rate limit",
      registers,
    }),
    streams: new Gauge({
      name: "aiprod_event_streams",
      help: "Open streams of events",
      registers,
    }),
    jobEnded({ status, model, seconds, error }) {
      ended.inc({ status, model });
      if (error !== null) failures.inc({ code: error.code });
      for (const [stage, value] of Object.entries(seconds ?? {})) {
        stages.observe({ stage, model }, value);
      }
    },
    jobsReaped({ queued, failed }) {
      requeued.inc(queued);
      if (failed > 0) failures.inc({ code: "worker_lost" }, failed);
    },
    cpuShare: () => cpu = cpuShare(),
  };
}

/** Adds what the database knows: it is the same in every process that serves. */
export function addDatabaseMetrics(
  registry: Registry,
  database: Database,
): void {
  const registers = [registry];
  new Gauge({
    name: "aiprod_jobs",
    help: "Jobs by status",
    labelNames: ["status"],
    registers,
    async collect() {
      const rows = await database.selectFrom("jobs")
        .select(["status", sql<number>`count(*)::int`.as("count")])
        .groupBy("status").execute();
      for (const status of STATUSES) this.set({ status }, 0);
      for (const { status, count } of rows) this.set({ status }, count);
    },
  });
  new Gauge({
    name: "aiprod_queue_oldest_seconds",
    help: "Age of the oldest job that waits",
    registers,
    async collect() {
      const { age } = await database.selectFrom("jobs")
        .select(
          sql<
            number
          >`coalesce(extract(epoch from now() - min(created_at)), 0)::float8`
            .as("age"),
        )
        .where("status", "=", "queued").executeTakeFirstOrThrow();
      this.set(age);
    },
  });
  new Gauge({
    name: "aiprod_workers",
    help: "Workers heard of in the last 30 s, and those at a job",
    labelNames: ["state"],
    registers,
    async collect() {
      const row = await database.selectFrom("workers").select([
        sql<number>`count(*) filter (where job is null)::int`.as("idle"),
        sql<number>`count(job)::int`.as("busy"),
      ]).where("heartbeat_at", ">", sql<Date>`now() - interval '30 seconds'`)
        .executeTakeFirstOrThrow();
      this.set({ state: "idle" }, row.idle);
      this.set({ state: "busy" }, row.busy);
    },
  });
  new Gauge({
    name: "aiprod_webhooks",
    help: "Webhooks that wait, and those given up",
    labelNames: ["state"],
    registers,
    async collect() {
      const row = await database.selectFrom("webhook_deliveries").select([
        sql<
          number
        >`count(*) filter (where delivered_at is null and failed_at is null)::int`
          .as("waiting"),
        sql<number>`count(failed_at)::int`.as("failed"),
      ]).executeTakeFirstOrThrow();
      this.set({ state: "waiting" }, row.waiting);
      this.set({ state: "failed" }, row.failed);
    },
  });
  new Gauge({
    name: "aiprod_cost_micros",
    help: "Cost of all jobs of this month, millionths",
    registers,
    async collect() {
      const { micros } = await database.selectFrom("cost_log")
        .select(sql<number>`coalesce(sum(micros), 0)::float8`.as("micros"))
        .where("at", ">=", sql<Date>`date_trunc('month', now())`)
        .executeTakeFirstOrThrow();
      this.set(micros);
    },
  });
}

/** Processor time over time, since the call before. */
function cpuShareSince(): () => number {
  let at = performance.now();
  let used = cpuUsage();
  return () => {
    const now = performance.now();
    const { user, system } = cpuUsage();
    const share = (user + system - used.user - used.system) / 1000 /
      Math.max(1, now - at);
    [at, used] = [now, { user, system }];
    return share;
  };
}
