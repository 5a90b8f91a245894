import type { ColumnType, Generated, Kysely } from "kysely";
import type { SamplerName } from "../../models/diffusion/mod.ts";

/** A column that takes JSON text and gives the value. */
type Json<T> = ColumnType<T, string, string>;
type Created = ColumnType<Date, never, never>;

/** Where a job stands. The last three are its end. */
export type JobStatus =
  | "queued"
  | "running"
  | "succeeded"
  | "failed"
  | "canceled";

/** Seconds of the stages of a job. */
export interface StageSeconds {
  /** From creation to the start of the attempt that ended it. */
  readonly queue: number;
  /** To open the model, 0 where it was open already. */
  readonly read: number;
  readonly sample: number;
  readonly decode: number;
  readonly write: number;
}

/** A machine-readable code and a sentence for people. */
export interface JobError {
  readonly code: string;
  readonly message: string;
}

/** The file that a job made. */
export interface VideoFacts {
  /** Of the file; the attempt that made it is in it. */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

/** What the content filter found; absent where it is off. */
export interface FilterResult {
  readonly flagged: boolean;
  readonly scores: Readonly<Record<string, number>>;
}

/** The options of a job as they are kept: those of a request with defaults filled in. */
export interface JobRequest {
  readonly prompt: string;
  readonly language: string;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly fps: number;
  readonly steps: number;
  readonly guidance: number;
  readonly rescale: number;
  readonly sampler: SamplerName;
}

export interface UserTable {
  id: string;
  name: string;
  /** Jobs of the user that run at once. */
  concurrency: Generated<number>;
  /** Jobs of the user that wait or run. */
  max_unfinished: Generated<number>;
  /** The highest priority that the user may ask for, 0 to 9. */
  max_priority: Generated<number>;
  /** Cost of a calendar month (UTC), millionths; null for no limit. */
  monthly_micros: number | null;
  requests_per_second: Generated<number>;
  /** Requests at once above that rate. */
  burst: Generated<number>;
  /** Signs webhooks; the one before it stays valid for a day. */
  webhook_secret: string | null;
  old_webhook_secret: string | null;
  old_secret_until: Date | null;
  created_at: Created;
}

export interface KeyTable {
  id: string;
  owner: string;
  name: string;
  /** SHA-256 of the whole key. */
  hash: Uint8Array;
  last4: string;
  scopes: string[];
  created_at: Created;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

export interface JobTable {
  id: string;
  owner: string;
  model: string;
  status: Generated<JobStatus>;
  request: Json<JobRequest>;
  priority: number;
  /** Of the sampler's steps, 0 to 1. */
  progress: Generated<number>;
  /** Grows with each change that clients can see; the id of an event. */
  revision: Generated<number>;
  /** The attempt that runs or ran last, from 1; with `worker` the fence of a claim. */
  attempts: Generated<number>;
  max_attempts: number;
  /** Not before this time. */
  run_at: Generated<Date>;
  worker: string | null;
  heartbeat_at: Date | null;
  cancel_requested: Generated<boolean>;
  idempotency_key: string | null;
  request_hash: string | null;
  error: Json<JobError> | null;
  video: Json<VideoFacts> | null;
  seconds: Json<StageSeconds> | null;
  filter: Json<FilterResult> | null;
  webhook_url: string | null;
  estimated_flops: number;
  estimated_micros: number;
  /** W3C trace context of the request. */
  traceparent: string | null;
  created_at: Created;
  started_at: Date | null;
  finished_at: Date | null;
  /** When the video is removed. */
  expires_at: Date | null;
  video_removed_at: Date | null;
  /** Hidden from now on; the row is removed once no worker has it. */
  deleted_at: Date | null;
}

export interface CostTable {
  id: Generated<number>;
  owner: string;
  /** Null once the job is deleted; the cost stays. */
  job: string | null;
  flops: number;
  seconds: number;
  /** Millionths of the unit of price. */
  micros: number;
  at: Created;
}

export interface DeliveryTable {
  id: string;
  job: string;
  owner: string;
  url: string;
  event: string;
  payload: Json<unknown>;
  attempts: Generated<number>;
  /** The next attempt; while one runs, when another process may take it. */
  run_at: Generated<Date>;
  delivered_at: Date | null;
  failed_at: Date | null;
  last_error: string | null;
  created_at: Created;
}

export interface WorkerTable {
  id: string;
  host: string;
  pid: number;
  models: string[];
  job: string | null;
  /** Of one core, 0 to the number of cores, since the beat before. */
  cpu_share: number;
  /** Resident memory, bytes. */
  rss: number;
  started_at: Created;
  heartbeat_at: Generated<Date>;
}

/** The theoretical arrival time of a rate limit (GCRA). */
export interface RateTable {
  key: string;
  tat: Date;
}

export interface SettingTable {
  name: string;
  value: string;
}

/** The tables of the service. */
export interface Tables {
  users: UserTable;
  api_keys: KeyTable;
  jobs: JobTable;
  cost_log: CostTable;
  webhook_deliveries: DeliveryTable;
  workers: WorkerTable;
  rate: RateTable;
  settings: SettingTable;
}

/** Queries of the service, on PGlite or PostgreSQL. */
export type Database = Kysely<Tables>;
