/**
 * Kills workers, the API and the database of a service at random while it draws
 * many jobs, and checks that each ended once, with one cost and one video.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the report is this script's product
import { sql } from "kysely";
import {
  createKey,
  createUser,
  migrate,
  openDatabase,
} from "lib/service/mod.ts";
import { type Child, startChild } from "lib/recipes/serve/child.ts";
import { serveFlags } from "lib/recipes/serve/options.ts";
import {
  serverPermissions,
  workerPermissions,
} from "lib/recipes/serve/permissions.ts";
import { commonFlags } from "lib/recipes/serve/options.ts";
import { startPostgres } from "./run_postgres_tests.ts";

const [JOBS = 1000, KILLS = 20, WORKERS = 3] = Deno.args.map(Number);
const SERVER =
  new URL("../lib/recipes/serve/server_process.ts", import.meta.url).href;
const WORKER =
  new URL("../lib/recipes/worker/worker_process.ts", import.meta.url).href;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((done) => setTimeout(done, milliseconds));

/** A process that is started again whenever it ends. */
class Kept {
  #child: Child;
  #stopped = false;
  kills = 0;

  constructor(readonly name: string, readonly start: () => Child) {
    this.#child = start();
    this.#watch();
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      await this.#child.process.status;
      if (this.#stopped) return;
      await pause(200);
      this.#child = this.start();
    }
  }

  kill(): void {
    this.kills++;
    this.#child.process.kill("SIGKILL");
  }

  async stop(): Promise<number> {
    this.#stopped = true;
    this.#child.stop();
    return (await this.#child.process.status).code;
  }
}

if (import.meta.main) {
  const ports = 40_000 + Deno.pid % 10_000;
  const server = await startPostgres(ports);
  if (server === undefined) {
    console.log("kill: skipped: PostgreSQL is not installed");
    Deno.exit(0);
  }
  const folder = await Deno.makeTempDir();
  const base = `http://127.0.0.1:${ports + 1}`;
  const flags = serveFlags.parse({
    database: server.url,
    models: "stand-in",
    standInMs: 10,
    videos: `${folder}/videos`,
    port: ports + 1,
    workers: 0,
    log: "warn",
  });
  const opened = await openDatabase(server.url);
  const { database } = opened;
  await migrate(database);
  const { id: owner } = await createUser(database, "kill", Date.now());
  await database.updateTable("users").set({
    concurrency: 100,
    max_unfinished: 100_000,
    requests_per_second: 10_000,
    burst: 100_000,
  }).execute();
  const { key } = await createKey(database, {
    owner,
    name: "kill",
    scopes: ["read", "write"],
  });
  const common = commonFlags.strip().parse(flags);
  const api = new Kept("API", () => {
    const child = startChild(SERVER, {
      permissions: serverPermissions(flags),
      flags,
      piped: true,
    });
    child.process.stdout.cancel();
    return child;
  });
  const processes = [
    api,
    ...Array.from(
      { length: WORKERS },
      (_, i) =>
        new Kept(`worker ${i + 1}`, () =>
          startChild(WORKER, {
            permissions: workerPermissions(common),
            flags: common,
            piped: false,
          })),
    ),
  ];
  let accepted = 0;
  const submit = async (i: number): Promise<void> => {
    for (;;) {
      try {
        const answer = await fetch(`${base}/v1/jobs`, {
          method: "POST",
          headers: {
            "authorization": `Bearer ${key}`,
            "content-type": "application/json",
            "idempotency-key": `job-${i}`,
          },
          body: JSON.stringify({ prompt: `${i}`, steps: 5, sampler: "euler" }),
        });
        await answer.body?.cancel();
        if (answer.ok) {
          accepted++;
          return;
        }
      } catch {
        // The API is being started again: the key makes it safe to repeat.
      }
      await pause(300);
    }
  };
  const submitAll = async (): Promise<void> => {
    for (let i = 0; i < JOBS; i += 10) {
      await Promise.all(
        Array.from({ length: Math.min(10, JOBS - i) }, (_, j) => submit(i + j)),
      );
      await pause(400);
    }
  };
  const killAll = async (): Promise<void> => {
    await pause(4000);
    for (let i = 0; i < KILLS; i++) {
      const victim = processes[Math.floor(Math.random() * processes.length)]!;
      victim.kill();
      console.log(`kill ${i + 1}: ${victim.name}; ${accepted} jobs accepted`);
      if (i === Math.floor(KILLS / 2)) {
        await server.restart();
        console.log("the database was stopped at once and started again");
      }
      await pause(1500 + Math.random() * 2500);
    }
  };
  await Promise.all([submitAll(), killAll()]);
  console.log(`${accepted} jobs accepted; waiting for their end`);
  const counts = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await database.selectFrom("jobs")
        .select(["status", sql<number>`count(*)::int`.as("n")])
        .groupBy("status").execute()).map(({ status, n }) => [status, n]),
    );
  const until = Date.now() + 300_000;
  for (;;) {
    const { queued = 0, running = 0 } = await counts();
    if (queued + running === 0 || Date.now() > until) break;
    await pause(1000);
  }
  const codes = await Promise.all(processes.map((process) => process.stop()));
  const statuses = await counts();
  const { rows: [attempts] } = await sql<{ retried: number; most: number }>`
    select count(*) filter (where attempts > 1)::int as retried,
      max(attempts)::int as most from jobs`.execute(database);
  const { rows: [cost] } = await sql<{ rows: number; jobs: number }>`
    select count(*)::int as rows, count(distinct job)::int as jobs from cost_log`
    .execute(database);
  const kept = (await database.selectFrom("jobs").select("video").execute())
    .map(({ video }) => video?.name);
  const files: string[] = [];
  for await (const { name } of Deno.readDir(`${folder}/videos`)) {
    files.push(name);
  }
  const missing = kept.filter((name) =>
    name === undefined || !files.includes(name)
  );
  const extra = files.filter((name) => !kept.includes(name));
  const report = {
    jobs: JOBS,
    statuses,
    attempts,
    costs: cost,
    files: files.length,
    missing: missing.length,
    extra: extra.length,
    kills: Object.fromEntries(
      processes.map(({ name, kills }) => [name, kills]),
    ),
    exitCodes: codes,
  };
  console.log(JSON.stringify(report, null, 2));
  const holds = statuses.succeeded === JOBS && cost?.rows === JOBS &&
    cost.jobs === JOBS && missing.length === 0 && extra.length === 0 &&
    codes.every((code) => code === 0);
  await opened[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
  console.log(holds ? "kill: ok" : "kill: FAILED");
  Deno.exit(holds ? 0 : 1);
}
