import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * All migrations in their order. Forward only: a migration that has been
 * released never changes; another one follows it. SQL that PostgreSQL 15 knows.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001_first": statements(`
create table users (
  id text primary key,
  name text not null,
  concurrency integer not null default 2 check (concurrency > 0),
  max_unfinished integer not null default 100 check (max_unfinished >= 0),
  max_priority integer not null default 5 check (max_priority between 0 and 9),
  monthly_micros bigint check (monthly_micros >= 0),
  requests_per_second double precision not null default 10 check (requests_per_second > 0),
  burst integer not null default 100 check (burst > 0),
  webhook_secret text,
  old_webhook_secret text,
  old_secret_until timestamptz,
  created_at timestamptz not null default now()
);
create table api_keys (
  id text primary key,
  owner text not null references users(id) on delete cascade,
  name text not null,
  hash bytea not null unique,
  last4 text not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_of_owner on api_keys (owner, id);
create table jobs (
  id text primary key,
  owner text not null references users(id) on delete cascade,
  model text not null,
  status text not null default 'queued' check (status in ('queued','running','succeeded','failed','canceled')),
  request jsonb not null,
  priority integer not null check (priority between 0 and 9),
  progress double precision not null default 0 check (progress between 0 and 1),
  revision integer not null default 1,
  attempts integer not null default 0,
  max_attempts integer not null,
  run_at timestamptz not null default now(),
  worker text,
  heartbeat_at timestamptz,
  cancel_requested boolean not null default false,
  idempotency_key text,
  request_hash text,
  error jsonb,
  video jsonb,
  seconds jsonb,
  filter jsonb,
  webhook_url text,
  estimated_flops double precision not null,
  estimated_micros bigint not null,
  traceparent text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  expires_at timestamptz,
  video_removed_at timestamptz,
  deleted_at timestamptz,
  check ((status = 'running') = (worker is not null)),
  check ((status = 'running') = (heartbeat_at is not null)),
  check ((status in ('succeeded','failed','canceled')) = (finished_at is not null)),
  check ((status = 'succeeded') = (video is not null))
);
create index jobs_queue on jobs (priority desc, run_at, id) where status = 'queued';
create index jobs_running on jobs (owner, heartbeat_at) where status = 'running';
create index jobs_of_owner on jobs (owner, id desc) where deleted_at is null;
create index jobs_unfinished on jobs (owner) include (estimated_micros) where status in ('queued', 'running');
create index jobs_expiry on jobs (expires_at) where video_removed_at is null;
create index jobs_deleted on jobs (deleted_at) where deleted_at is not null;
create unique index jobs_idempotent on jobs (owner, idempotency_key) where idempotency_key is not null;
create table cost_log (
  id bigint generated always as identity primary key,
  owner text not null references users(id) on delete cascade,
  job text unique references jobs(id) on delete set null,
  flops double precision not null,
  seconds double precision not null,
  micros bigint not null,
  at timestamptz not null default now()
);
create index cost_of_owner on cost_log (owner, at);
create table webhook_deliveries (
  id text primary key,
  job text not null references jobs(id) on delete cascade,
  owner text not null references users(id) on delete cascade,
  url text not null,
  event text not null,
  payload jsonb not null,
  attempts integer not null default 0,
  run_at timestamptz not null default now(),
  delivered_at timestamptz,
  failed_at timestamptz,
  last_error text,
  created_at timestamptz not null default now()
);
create index deliveries_due on webhook_deliveries (run_at) where delivered_at is null and failed_at is null;
create index deliveries_of_job on webhook_deliveries (job);
create table workers (
  id text primary key,
  host text not null,
  pid integer not null,
  models text[] not null,
  job text,
  cpu_share double precision not null,
  rss bigint not null,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now()
);
create table rate (key text primary key, tat timestamptz not null);
create table settings (name text primary key, value text not null)`),
};

function statements(text: string): Migration {
  return {
    async up(database: Kysely<unknown>) {
      for (const statement of text.split(";\n")) {
        await sql.raw(statement).execute(database);
      }
    },
  };
}
