import { fileURLToPath } from "node:url";
import { type Clip, clipValues } from "../../core/mod.ts";
import type { Analysis, DropRule } from "../../dataset/curate/mod.ts";
import {
  type Request,
  type Response,
  responseSchema,
  TextLineStream,
} from "./worker_protocol.ts";

/** A file could not be decoded; the run continues without it. */
export class FileFailure extends Error {
  override readonly name = "FileFailure";
  readonly rule: DropRule;

  constructor(rule: DropRule, reason: string) {
    super(reason);
    this.rule = rule;
  }
}

/** How a worker process is started and supervised. */
export interface WorkerOptions {
  /** Longest time without a response before the process is killed, seconds. */
  readonly timeout: number;
  /** Kills the process. */
  readonly signal: AbortSignal;
  /** File URL of another program, for tests. */
  readonly program?: string | undefined;
}

const PROGRAM = import.meta.resolve("./worker_process.ts");
const CONFIG = import.meta.resolve("../../../deno.json");

/**
 * Decodes one file after another in a process of its own. A process that crashes
 * or hangs on a file is replaced for the next.
 */
export class DecodingWorker implements AsyncDisposable {
  readonly #options: WorkerOptions;
  #process: RunningProcess | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /**
   * Analyses a file.
   *
   * @throws {FileFailure} if it cannot be decoded
   */
  async analyse(
    path: string,
    maxSeconds: number,
    onFrames: (frames: number) => void,
  ): Promise<Analysis> {
    const request: Request = { task: "analyse", path, maxSeconds };
    return (await this.#result("analysis", request, onFrames)).analysis;
  }

  /**
   * Decodes a part of a file.
   *
   * @throws {FileFailure} if it cannot be decoded
   */
  async clip(
    path: string,
    shape: Omit<Clip, "data"> & { startSeconds: number },
  ): Promise<Clip> {
    const request: Request = { task: "clip", path, ...shape };
    const { bytes } = await this.#result("clip", request);
    const { startSeconds: _, ...rest } = shape;
    return { ...rest, data: clipValues(Uint8Array.fromBase64(bytes)) };
  }

  async #result<K extends Response["kind"]>(
    kind: K,
    request: Request,
    onFrames?: (frames: number) => void,
  ): Promise<Extract<Response, { kind: K }>> {
    const { timeout, signal } = this.#options;
    signal.throwIfAborted();
    const process = this.#process ??= startProcess(this.#options);
    let isStuck = false;
    const stop = (): void => {
      isStuck = true;
      process.kill();
    };
    let timer = setTimeout(stop, timeout * 1000);
    try {
      await process.send(request);
      for (;;) {
        const response = await process.next();
        if (response === undefined) {
          throw await this.#exitError(process, isStuck);
        }
        if (response.kind === "error") {
          const rule = response.isInput ? "no_video" : "crashed";
          throw new FileFailure(rule, response.message);
        }
        if (response.kind === kind) {
          return response as Extract<Response, { kind: K }>;
        }
        if (response.kind !== "heartbeat") {
          throw new TypeError(
            `Cannot use a response of the worker: its kind must be "${kind}": ` +
              `current value is "${response.kind}"`,
          );
        }
        clearTimeout(timer);
        timer = setTimeout(stop, timeout * 1000);
        onFrames?.(response.frames);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** The reason why the process ended: a crash, the timeout, or the signal. */
  async #exitError(process: RunningProcess, isStuck: boolean): Promise<Error> {
    this.#process = undefined;
    const status = await process.end();
    const { timeout, signal } = this.#options;
    signal.throwIfAborted();
    return isStuck
      ? new FileFailure("stuck", `the decoder did not respond for ${timeout} s`)
      : new FileFailure("crashed", `the decoder ended with ${status}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.end();
  }
}

interface RunningProcess {
  /** Resolves even if the process has ended: then no response follows. */
  send(request: Request): Promise<void>;
  /** The next response; undefined after the last one. */
  next(): Promise<Response | undefined>;
  kill(): void;
  /** Ends the process and waits for it; returns its status: `signal SIGSEGV`. */
  end(): Promise<string>;
}

function startProcess(
  { program = PROGRAM, signal }: WorkerOptions,
): RunningProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${fileURLToPath(CONFIG)}`,
      "--allow-ffi",
      "--allow-env=AV_FROM_SOURCE",
      "--allow-read",
      program,
    ],
    clearEnv: true,
    env: environment(),
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const kill = (): void => {
    try {
      child.kill("SIGKILL");
    } catch {
      // The process has ended already.
    }
  };
  signal.addEventListener("abort", kill);
  const ended = child.status.then(({ code, signal: by }) => {
    signal.removeEventListener("abort", kill);
    return by === null ? `exit code ${code}` : `signal ${by}`;
  });
  const writer = child.stdin.getWriter();
  const responses = child.stdout
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream())
    .getReader();
  return {
    kill,
    async send(request) {
      const line = new TextEncoder().encode(`${JSON.stringify(request)}\n`);
      await writer.write(line).catch(() => {});
    },
    async next() {
      const { value, done } = await responses.read();
      return done ? undefined : responseSchema.parse(JSON.parse(value));
    },
    async end() {
      await writer.close().catch(() => {});
      const status = await ended;
      await responses.cancel();
      return status;
    },
  };
}

/** Without variables of the dynamic loader, which Deno refuses to pass on. */
function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject())
      .filter(([name]) => !/^(LD|DYLD)_/.test(name)),
  );
}
