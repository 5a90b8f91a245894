import {
  createMetrics,
  keepHouse,
  readCatalogue,
  runWorker,
  untilMigrated,
} from "../../service/mod.ts";
import { runProgram } from "../command_line/mod.ts";
import { type CommonFlags, commonFlags } from "../serve/options.ts";
import {
  artistOf,
  databaseOf,
  LEASE_SECONDS,
  metricsServer,
  modelFolders,
  processLog,
  storeOf,
  workerOptions,
} from "../serve/parts.ts";

/** Milliseconds between two rounds of housekeeping: the API has more of them. */
const HOUSEKEEPING_EVERY = 5000;

/** The process of a worker. */
async function runProcess(
  flags: CommonFlags,
  interrupted: AbortSignal,
): Promise<number> {
  const starter = new AbortController();
  const signal = AbortSignal.any([interrupted, starter.signal]);
  // Its input ends with the process that started this one.
  Deno.stdin.readable.pipeTo(new WritableStream())
    .finally(() => starter.abort());
  const log = processLog(flags);
  await using opened = await databaseOf(flags, log);
  const { database } = opened;
  await untilMigrated(database, log, signal);
  using stack = new DisposableStack();
  const videos = await storeOf(flags);
  const catalogue = await readCatalogue(modelFolders(flags));
  const metrics = createMetrics();
  const artist = await artistOf(flags, catalogue, stack);
  const scraped = await metricsServer(flags, metrics);
  await Promise.all([
    runWorker(
      workerOptions(flags, { database, videos, metrics, log, artist }),
      signal,
    ),
    keepHouse({
      database,
      videos,
      metrics,
      log,
      leaseSeconds: LEASE_SECONDS,
      every: HOUSEKEEPING_EVERY,
      now: Date.now,
    }, signal),
  ]);
  await scraped?.stop();
  return 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task worker",
    purpose: "The process of a worker, which deno task worker starts.",
    flags: commonFlags,
    run: runProcess,
  });
}
