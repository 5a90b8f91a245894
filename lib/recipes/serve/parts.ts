import { openDevice } from "../../compiler/mod.ts";
import {
  type Artist,
  artistsOf,
  type Catalogue,
  folderStore,
  isS3Place,
  jsonLog,
  type Log,
  type Metrics,
  newId,
  nsfwFilter,
  type OpenDatabase,
  openDatabase,
  pipelineArtist,
  type RunningServer,
  type RunWorkerOptions,
  s3Options,
  s3Store,
  type S3Variables,
  STAND_IN,
  standInArtist,
  startServer,
  type VideoStore,
} from "../../service/mod.ts";
import { log as writeLine } from "../command_line/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import type { CommonFlags } from "./options.ts";

/** Seconds after which others may take the job of a silent worker. */
export const LEASE_SECONDS = 15;

/** The log of a process, to standard error. */
export function processLog({ log: level }: CommonFlags): Log {
  const all = jsonLog(writeLine, () => new Date());
  return level === "info" ? all : { ...all, info: () => {} };
}

/** Opens the database of a process. */
export function databaseOf(
  { database }: Pick<CommonFlags, "database">,
  log: Log,
): Promise<OpenDatabase> {
  return openDatabase(database, {
    onError: (error) =>
      log.warn("a connection to the database ended", { reason: error.message }),
  });
}

/** The folders that `--models` names. */
export function modelFolders({ models }: CommonFlags): string[] {
  return models.split(",").map((name) => name.trim().replace(/\/+$/, ""))
    .filter((name) => name !== "");
}

/** Where videos are kept. */
export function storeOf({ videos }: CommonFlags): Promise<VideoStore> {
  return isS3Place(videos)
    ? s3Store(s3Options(videos, s3Variables()))
    : folderStore(videos);
}

function s3Variables(): S3Variables {
  const names = [
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
  ] as const satisfies (keyof S3Variables)[];
  return Object.fromEntries(names.map((name) => [name, Deno.env.get(name)]));
}

/** Opens what draws the models of a catalogue. */
export async function artistOf(
  flags: CommonFlags,
  catalogue: Catalogue,
  stack: DisposableStack,
): Promise<Artist> {
  const artists: Artist[] = [];
  if (catalogue.has(STAND_IN)) {
    artists.push(standInArtist(catalogue, flags.standInMs));
  }
  if ([...catalogue.keys()].some((name) => name !== STAND_IN)) {
    const device = stack.use(
      await openDevice(flags.device, { cache: GRAPH_CACHE }),
    );
    artists.push(pipelineArtist(device, catalogue, {
      vaeMemory: flags.vaeMemory * 2 ** 20,
      filter: flags.contentFilter === "off"
        ? undefined
        : stack.use(nsfwFilter(flags.contentFilter)),
      clock: () => performance.now(),
    }));
  }
  return stack.use(artistsOf(artists));
}

/**
 * Serves the metrics of a process to Prometheus, where its flags say so. No key
 * is asked for: the address must be one that only the operator reaches.
 *
 * @throws {InputError} if the address is in use or not of this machine
 */
export async function metricsServer(
  { metricsHost, metricsPort }: CommonFlags,
  { registry }: Metrics,
): Promise<RunningServer | undefined> {
  if (metricsPort === 0) return undefined;
  const fetch = async (): Promise<Response> =>
    new Response(await registry.metrics());
  return await startServer({ fetch }, { host: metricsHost, port: metricsPort });
}

/** What a worker of a process runs with. */
export function workerOptions(
  flags: CommonFlags,
  parts: Pick<RunWorkerOptions, "database" | "artist" | "videos" | "log"> & {
    readonly metrics: Metrics;
  },
): RunWorkerOptions {
  return {
    ...parts,
    worker: newId("wrk", Date.now()),
    host: Deno.hostname(),
    pid: Deno.pid,
    keepSeconds: flags.keepDays === 0 ? undefined : flags.keepDays * 86_400,
    microsPerTeraflop: flags.price,
    pollEvery: 200,
    beatEvery: 250,
    leaseSeconds: LEASE_SECONDS,
    graceSeconds: 8,
    now: Date.now,
  };
}
