import {
  addDatabaseMetrics,
  courierOver,
  createApp,
  createMetrics,
  firstUser,
  JobWatch,
  keepHouse,
  migrate,
  readCatalogue,
  runWorker,
  startServer,
} from "../../service/mod.ts";
import { log as writeLine, print, runProgram } from "../command_line/mod.ts";
import { type ServeFlags, serveFlags } from "./options.ts";
import {
  artistOf,
  databaseOf,
  LEASE_SECONDS,
  metricsServer,
  modelFolders,
  processLog,
  storeOf,
  workerOptions,
} from "./parts.ts";

/** Milliseconds between two looks at the jobs whose events are streamed. */
const WATCH_EVERY = 200;

/** Milliseconds between two rounds of what is done beside requests. */
const HOUSEKEEPING_EVERY = 1000;

/** Milliseconds that the body of a request may take. */
const BODY_TIME = 10_000;

/** Milliseconds that any download may take, however slow it is. */
const DOWNLOAD_TIME = 30_000;

/**
 * The process of the API: it writes webhooks to standard output, as lines of
 * JSON, and reads from standard input what became of them.
 */
async function serve(flags: ServeFlags, signal: AbortSignal): Promise<number> {
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort());
  const log = processLog(flags);
  const { courier, closed } = courierOver(
    Deno.stdin.readable,
    (line) => Promise.resolve(print(line)),
  );
  // Whoever started this process has ended.
  closed.then(() => stop.abort());
  await using opened = await databaseOf(flags, log);
  const { database, kind } = opened;
  const applied = await migrate(database);
  if (applied.length > 0) log.info("migrated", { applied: applied.join(",") });
  using stack = new DisposableStack();
  const videos = await storeOf(flags);
  const catalogue = await readCatalogue(modelFolders(flags));
  const metrics = createMetrics();
  addDatabaseMetrics(metrics.registry, database);
  const app = createApp({
    database,
    videos,
    catalogue,
    metrics,
    log,
    watch: new JobWatch(database, log, WATCH_EVERY),
    microsPerTeraflop: flags.price,
    webhooks: flags.privateWebhooks ? "any" : "public",
    stopping: stop.signal,
    logPrompts: flags.logPrompts,
    runs: flags.runs,
    bodyTime: BODY_TIME,
    downloadTime: DOWNLOAD_TIME,
    now: Date.now,
  });
  const server = await startServer(app, flags);
  const made = await firstUser(database, Date.now());
  if (made) {
    writeLine(`API key of the first user, shown this once: ${made.key}`);
  }
  const { hostname, port } = server.address;
  const address = hostname.includes(":") ? `[${hostname}]` : hostname;
  writeLine(`Serving http://${address}:${port} with /docs and /dashboard`);
  const house = keepHouse({
    database,
    videos,
    metrics,
    log,
    courier,
    leaseSeconds: LEASE_SECONDS,
    every: HOUSEKEEPING_EVERY,
    now: Date.now,
  }, stop.signal);
  const scraped = await metricsServer(flags, metrics);
  const worker = kind === "embedded" && flags.workers > 0
    ? runWorker(
      workerOptions(flags, {
        database,
        videos,
        metrics,
        log,
        artist: await artistOf(flags, catalogue, stack),
      }),
      stop.signal,
    )
    : undefined;
  if (!stop.signal.aborted) {
    await new Promise((done) => stop.signal.addEventListener("abort", done));
  }
  await Promise.all([server.stop(), scraped?.stop(), worker, house]);
  return 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task serve",
    purpose: "The process of the API, which deno task serve starts.",
    flags: serveFlags,
    run: serve,
  });
}
