import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Migrations of rows alone, by their names: a restored backup of an earlier
 * version needs them after its rows are there. Running one again changes nothing.
 */
export const ROW_MIGRATIONS: Readonly<Record<string, string>> = {
  // Clips were square, with one side.
  "0004_width_and_height": `
update jobs set request = (request - 'size') || jsonb_build_object(
  'width', request -> 'size', 'height', request -> 'size'
) where request -> 'size' is not null`,
};

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
  // One journey to the server in the place of five, and a shorter lock. Each
  // statement of a function sees what was committed before it: the counts come
  // after the lock, so jobs of one user that are made at once are all counted.
  "0002_create_job": statement(`
create function create_job(
  new_id text, new_owner text, new_model text, new_request jsonb,
  new_priority integer, new_max_attempts integer, new_key text, new_hash text,
  new_webhook text, new_flops double precision, new_micros bigint, new_trace text
) returns table (refused text, most bigint, job jobs) language plpgsql as $$
declare
  u users;
  made jobs;
  unfinished bigint;
  reserved bigint;
  spent bigint;
begin
  select * into strict u from users where id = new_owner for no key update;
  if new_key is not null then
    select * into made from jobs
      where owner = new_owner and idempotency_key = new_key;
    if found then
      return query select null::text, null::bigint, made;
      return;
    end if;
  end if;
  select count(*), coalesce(sum(estimated_micros), 0) into unfinished, reserved
    from jobs where owner = new_owner and status in ('queued', 'running');
  if unfinished >= u.max_unfinished then
    return query select 'too many unfinished', u.max_unfinished::bigint, null::jobs;
    return;
  end if;
  if u.monthly_micros is not null then
    select coalesce(sum(micros), 0) into spent from cost_log
      where owner = new_owner
      and at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc';
    if new_micros > u.monthly_micros - spent - reserved then
      return query select 'quota',
        greatest(0, u.monthly_micros - spent - reserved), null::jobs;
      return;
    end if;
  end if;
  insert into jobs (id, owner, model, request, priority, max_attempts,
      idempotency_key, request_hash, webhook_url, estimated_flops,
      estimated_micros, traceparent)
    values (new_id, new_owner, new_model, new_request, new_priority,
      new_max_attempts, new_key, new_hash, new_webhook, new_flops, new_micros,
      new_trace)
    returning * into made;
  return query select null::text, null::bigint, made;
end $$`),
  // For each request: a function keeps its plans, which cost more than the rows.
  "0003_admit": statement(`
create function admit(key_id text, key_hash bytea) returns table (
  key api_keys, requests_per_second double precision, burst integer,
  max_priority integer, taken boolean
) language plpgsql as $$
declare
  k api_keys;
  u users;
  every interval;
begin
  select * into k from api_keys where id = key_id;
  if not found then
    return;
  end if;
  select * into strict u from users where id = k.owner;
  taken := false;
  if k.hash = key_hash and k.revoked_at is null
      and (k.expires_at is null or k.expires_at > now()) then
    every := interval '1 second' / u.requests_per_second;
    insert into rate as r (key, tat) values ('user:' || k.owner, now() + every)
      on conflict on constraint rate_pkey do update
        set tat = greatest(r.tat, now()) + every
        where greatest(r.tat, now()) + every <= now() + every * u.burst;
    taken := found;
  end if;
  return query
    select k, u.requests_per_second, u.burst, u.max_priority, taken;
end $$`),
  ...Object.fromEntries(
    Object.entries(ROW_MIGRATIONS).map(([name, text]) => [
      name,
      statement(text),
    ]),
  ),
};

function statement(text: string): Migration {
  return {
    async up(database: Kysely<unknown>) {
      await sql.raw(text).execute(database);
    },
  };
}

function statements(text: string): Migration {
  return {
    async up(database: Kysely<unknown>) {
      for (const statement of text.split(";\n")) {
        await sql.raw(statement).execute(database);
      }
    },
  };
}
