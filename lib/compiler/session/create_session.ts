import { CachedModel, type ModelCache } from "./model_cache.ts";
import { cPath, cString, type OrtApi, RuntimeError } from "./ort_api.ts";
import { appendProvider, type Provider } from "./provider.ts";

/** `ORT_LOGGING_LEVEL_FATAL`. */
const FATAL = 4;

/** `GraphOptimizationLevel`. */
const OPTIMISATIONS = { none: 0, all: 99 } as const;

/**
 * Numbers below 1e-38 count as zero. Squares of small gradients are such numbers,
 * and a processor takes ten times as long with them.
 */
const FLUSH_DENORMALS = { "session.set_denormal_as_zero": "1" };

/** Most threads of a session; thousands wait for each other for minutes. */
export const MAX_THREADS = Math.max(256, navigator.hardwareConcurrency);

/** How a session runs. */
export interface SessionOptions {
  /** Threads inside one operation; the runtime chooses when left out. */
  readonly threads?: number;
  /** Path prefix under which a profile of the runs is written. */
  readonly profile?: string;
  /** Default: the CPU alone. */
  readonly provider?: Provider;
  /** Entries as `onnxruntime_session_options_config_keys.h` lists them. */
  readonly config?: Readonly<Record<string, string>>;
  /**
   * The cache of optimised models: optimising is most of the time of the creation
   * of a large session.
   */
  readonly cache?: ModelCache;
}

/** Whether a session can have so many threads. */
export function isThreadCount(threads: number): boolean {
  return Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS;
}

/**
 * Makes a session of the runtime, from a cached model where there is one.
 *
 * @throws {RangeError} if the number of threads is not from 1 to {@link MAX_THREADS}
 */
export function createSession(
  api: OrtApi,
  model: Uint8Array<ArrayBuffer>,
  options: SessionOptions,
): Deno.PointerObject {
  const { threads = 1 } = options;
  if (!isThreadCount(threads)) {
    throw new RangeError(
      `Cannot make a session: threads must be a whole number from 1 to ` +
        `${MAX_THREADS}: current value is ${threads}`,
    );
  }
  const cached = placeInCache(api, model, options);
  if (!cached) return create(api, model, options, "all");
  const optimised = cached.read();
  if (optimised) {
    try {
      return create(api, optimised, options, "none");
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      cached.remove(); // an unreadable entry is created anew
    }
  }
  let session: Deno.PointerObject | undefined;
  cached.write((path) => {
    session = create(api, model, options, "all", path);
  });
  return session!;
}

/**
 * The model as the runtime optimises it, with its nodes in the order in which
 * they run; it stays in the cache for later sessions.
 *
 * @param options With a cache.
 * @returns undefined for a model that is too small for the cache
 */
export function optimisedModel(
  api: OrtApi,
  model: Uint8Array<ArrayBuffer>,
  options: SessionOptions,
): Uint8Array<ArrayBuffer> | undefined {
  const cached = placeInCache(api, model, options);
  const known = cached?.read();
  if (!cached || known) return known;
  api.release("ReleaseSession", createSession(api, model, options));
  return cached.read();
}

function placeInCache(
  api: OrtApi,
  model: Uint8Array<ArrayBuffer>,
  { cache, provider, config, threads }: SessionOptions,
): CachedModel | undefined {
  return cache && CachedModel.of(model, cache, {
    runtime: api.version,
    provider,
    config,
    threads,
  });
}

/** @param writeTo The file for the optimised model. */
function create(
  api: OrtApi,
  model: Uint8Array<ArrayBuffer>,
  { threads, profile, provider, config }: SessionOptions,
  level: keyof typeof OPTIMISATIONS,
  writeTo?: string,
): Deno.PointerObject {
  const settings = api.create("CreateSessionOptions");
  try {
    api.call(
      "SetSessionGraphOptimizationLevel",
      settings,
      OPTIMISATIONS[level],
    );
    if (writeTo !== undefined) {
      api.call("SetOptimizedModelFilePath", settings, cPath(writeTo));
    }
    // Planning memory by pattern doubles the peak and is slower here.
    api.call("DisableMemPattern", settings);
    if (threads !== undefined) {
      api.call("SetIntraOpNumThreads", settings, threads);
    }
    if (profile !== undefined) {
      api.call("EnableProfiling", settings, cPath(profile));
    }
    // Failures arrive as exceptions: they need not be printed as well.
    api.call("SetSessionLogSeverityLevel", settings, FATAL);
    if (provider) appendProvider(api, settings, provider);
    for (
      const [key, value] of Object.entries({ ...FLUSH_DENORMALS, ...config })
    ) {
      api.call(
        "AddSessionConfigEntry",
        settings,
        cString(key),
        cString(value),
      );
    }
    return api.create(
      "CreateSessionFromArray",
      api.environment,
      model,
      BigInt(model.byteLength),
      settings,
    );
  } finally {
    api.release("ReleaseSessionOptions", settings);
  }
}
