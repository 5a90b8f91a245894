import { sql } from "kysely";
import {
  addDatabaseMetrics,
  type App,
  createApp,
  createKey,
  createMetrics,
  createUser,
  type Database,
  folderStore,
  IN_MEMORY,
  JobWatch,
  type Log,
  type Metrics,
  migrate,
  openDatabase,
  readCatalogue,
  runWorker,
  type Scope,
  SCOPE_NAMES,
  type Service,
  STAND_IN,
  standInArtist,
  type VideoStore,
} from "lib/service/mod.ts";

/** Where the tests of the service keep their tables: a server, or PGlite in memory. */
export const DATABASE = Deno.env.get("AIPROD_TEST_DATABASE") ?? IN_MEMORY;

/** A log that keeps nothing. */
export const silentLog: Log = {
  info: () => {},
  warn: () => {},
  error: () => {},
};

// Before any test: its timers and connections outlive each of them.
const { database: shared } = await openDatabase(DATABASE);
await migrate(shared);

/**
 * The database of all tests, empty: to start one takes seconds, to empty one
 * milliseconds.
 */
export async function emptyDatabase(): Promise<Database> {
  await sql`truncate users, api_keys, jobs, cost_log, webhook_deliveries, workers, rate, settings`
    .execute(shared);
  return shared;
}

/** A user of a test. */
export interface TestUser {
  readonly id: string;
  readonly key: string;
  readonly keyId: string;
}

/** Makes a user with a key. */
export async function testUser(
  database: Database,
  name: string,
  scopes: readonly Scope[] = SCOPE_NAMES,
): Promise<TestUser> {
  const { id } = await createUser(database, name, Date.now());
  const { key, row } = await createKey(database, { owner: id, name, scopes });
  return { id, key, keyId: row.id };
}

/** A service without a network: requests are calls. */
export interface TestService extends AsyncDisposable {
  readonly app: App;
  readonly service: Service;
  readonly database: Database;
  readonly videos: VideoStore;
  readonly metrics: Metrics;
  readonly ann: TestUser;
  readonly bob: TestUser;
  /** Lines of the log. */
  readonly lines: readonly string[];
  /** Sends a request; of Ann unless another key is given. */
  send(path: string, init?: RequestInit & { key?: string }): Promise<Response>;
  /** Sends JSON. */
  post(
    path: string,
    body: unknown,
    init?: RequestInit & { key?: string },
  ): Promise<Response>;
  /** Makes a job. */
  job(body?: Record<string, unknown>): Promise<{ id: string }>;
  /** Runs a worker until it has ended all jobs. */
  drain(stepMilliseconds?: number): Promise<void>;
}

/** Makes a service with the stand-in for a model, and two users. */
export async function testService(
  options: Partial<Service> = {},
): Promise<TestService> {
  const database = await emptyDatabase();
  const folder = await Deno.makeTempDir();
  const videos = await folderStore(folder);
  const catalogue = await readCatalogue([STAND_IN]);
  const metrics = createMetrics();
  addDatabaseMetrics(metrics.registry, database);
  const lines: string[] = [];
  const log: Log = {
    info: (message, facts) => lines.push(JSON.stringify({ message, ...facts })),
    warn: (message, facts) => lines.push(JSON.stringify({ message, ...facts })),
    error: (message, error) => lines.push(`${message}: ${error}`),
  };
  const stopping = new AbortController();
  const watch = new JobWatch(database, log, 5);
  const service: Service = {
    database,
    videos,
    catalogue,
    metrics,
    log,
    watch,
    microsPerTeraflop: 1000,
    webhooks: "public",
    stopping: stopping.signal,
    logPrompts: false,
    runs: `${folder}/runs`,
    bodyTime: 10_000,
    downloadTime: 10_000,
    now: Date.now,
    ...options,
  };
  const ann = await testUser(database, "Ann");
  const bob = await testUser(database, "Bob");
  await database.updateTable("users")
    .set({ requests_per_second: 1e6, burst: 1_000_000 }).execute();
  const app = createApp(service);
  const test: TestService = {
    app,
    service,
    database,
    videos,
    metrics,
    ann,
    bob,
    lines,
    async send(path, { key = ann.key, ...init } = {}) {
      const headers = new Headers(init.headers);
      if (key !== "") headers.set("authorization", `Bearer ${key}`);
      return await app.request(path, { ...init, headers });
    },
    post(path, body, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("content-type", "application/json");
      return test.send(path, {
        method: "POST",
        body: JSON.stringify(body),
        ...init,
        headers,
      });
    },
    async job(body = {}) {
      const answer = await test.post("/v1/jobs", {
        prompt: "a",
        steps: 2,
        ...body,
      });
      const job = await answer.json();
      if (answer.status !== 202) throw new Error(JSON.stringify(job));
      return job;
    },
    async drain(stepMilliseconds = 0) {
      const stop = new AbortController();
      const worker = runWorker({
        ...workerParts(test, stepMilliseconds),
      }, stop.signal);
      while (await unfinished(database) > 0) {
        await new Promise((done) => setTimeout(done, 5));
      }
      stop.abort();
      await worker;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await watch.idle();
      await Deno.remove(folder, { recursive: true });
    },
  };
  return test;
}

/** What a worker of a test runs with. */
export function workerParts(
  { database, videos, metrics, service }: TestService,
  stepMilliseconds: number,
): Parameters<typeof runWorker>[0] {
  return {
    database,
    videos,
    metrics,
    log: silentLog,
    artist: standInArtist(service.catalogue, stepMilliseconds),
    worker: "wrk_test",
    host: "test",
    pid: 1,
    keepSeconds: 3600,
    microsPerTeraflop: 1000,
    pollEvery: 5,
    beatEvery: 10,
    leaseSeconds: 15,
    graceSeconds: 0.1,
    now: Date.now,
  };
}

async function unfinished(database: Database): Promise<number> {
  const { count } = await database.selectFrom("jobs")
    .select(sql<number>`count(*)::int`.as("count"))
    .where("status", "in", ["queued", "running"]).executeTakeFirstOrThrow();
  return count;
}
