import { fileURLToPath } from "node:url";
import { type Clip, clipValues } from "../../core/mod.ts";
import type { Analysis, DropRule } from "../../dataset/curate/mod.ts";
import { type Answer, answerSchema, type Request } from "./messages.ts";
import { TextLineStream } from "./text_lines.ts";

/** A file was not analysed; the run goes on without it. */
export class FileFailure extends Error {
  override readonly name = "FileFailure";
  readonly rule: DropRule;

  constructor(rule: DropRule, reason: string) {
    super(reason);
    this.rule = rule;
  }
}

/** How an analyst is started and watched. */
export interface AnalystOptions {
  /** Seconds without a sign of life after which it is given up. */
  readonly patience: number;
  /** Kills it and ends what it does. */
  readonly signal: AbortSignal;
  /** The program to run, if not the usual one: a file URL. */
  readonly program?: string;
}

const PROGRAM = import.meta.resolve("./analyst_process.ts");
const CONFIG = import.meta.resolve("../../../deno.json");

/**
 * A process that analyses one file after another. When a file crashes it, or
 * silences it, it is ended and the next file gets a new one.
 */
export class Analyst implements AsyncDisposable {
  readonly #options: AnalystOptions;
  #process: RunningProcess | undefined;

  constructor(options: AnalystOptions) {
    this.#options = options;
  }

  /**
   * Analyses a file.
   *
   * @throws {FileFailure} why it could not be
   */
  async analyse(
    path: string,
    maxSeconds: number,
    onPictures: (pictures: number) => void,
  ): Promise<Analysis> {
    const answer = await this.#ask(
      { task: "analyse", path, maxSeconds },
      onPictures,
    );
    if (answer.kind === "analysis") return answer.analysis;
    throw new TypeError(`Cannot use the answer: it is of kind ${answer.kind}`);
  }

  /**
   * Decodes a part of a file.
   *
   * @throws {FileFailure} why it could not be
   */
  async clip(
    path: string,
    shape: Omit<Clip, "data"> & { startSeconds: number },
  ): Promise<Clip> {
    const answer = await this.#ask({ task: "clip", path, ...shape }, () => {});
    if (answer.kind !== "clip") {
      throw new TypeError(
        `Cannot use the answer: it is of kind ${answer.kind}`,
      );
    }
    const { startSeconds: _, ...rest } = shape;
    return { ...rest, data: clipValues(Uint8Array.fromBase64(answer.bytes)) };
  }

  async #ask(
    request: Request,
    onPictures: (pictures: number) => void,
  ): Promise<Answer> {
    const { patience, signal } = this.#options;
    signal.throwIfAborted();
    const process = this.#process ??= startProcess(this.#options);
    let isStuck = false;
    const giveUp = (): void => {
      isStuck = true;
      process.kill();
    };
    let timer = setTimeout(giveUp, patience * 1000);
    try {
      await process.send(request);
      for (;;) {
        const answer = await process.next();
        if (answer === undefined) throw await this.#lost(process, isStuck);
        if (answer.kind === "problem") {
          const rule = answer.isInput ? "no_video" : "crashed";
          throw new FileFailure(rule, answer.message);
        }
        if (answer.kind !== "alive") return answer;
        clearTimeout(timer);
        timer = setTimeout(giveUp, patience * 1000);
        onPictures(answer.pictures);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** The process has ended by itself, was given up, or the run ends. */
  async #lost(process: RunningProcess, isStuck: boolean): Promise<Error> {
    this.#process = undefined;
    const how = await process.end();
    const { patience, signal } = this.#options;
    signal.throwIfAborted();
    return isStuck
      ? new FileFailure(
        "stuck",
        `decoding gave no sign of life for ${patience} s`,
      )
      : new FileFailure("crashed", `the decoder ended with ${how}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.end();
  }
}

/** A child process that takes requests and gives answers. */
interface RunningProcess {
  /** Resolves although the process may be gone: then no answer follows. */
  send(request: Request): Promise<void>;
  /** The next answer; undefined once there are no more. */
  next(): Promise<Answer | undefined>;
  kill(): void;
  /** Lets it go and waits until it is gone; returns how it ended: `signal SIGSEGV`. */
  end(): Promise<string>;
}

function startProcess(
  { program = PROGRAM, signal }: AnalystOptions,
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
      // It has ended already.
    }
  };
  signal.addEventListener("abort", kill);
  const ended = child.status.then(({ code, signal: by }) => {
    signal.removeEventListener("abort", kill);
    return by === null ? `exit code ${code}` : `signal ${by}`;
  });
  const writer = child.stdin.getWriter();
  const answers = child.stdout
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
      const { value, done } = await answers.read();
      return done ? undefined : answerSchema.parse(JSON.parse(value));
    },
    async end() {
      await writer.close().catch(() => {});
      const how = await ended;
      await answers.cancel();
      return how;
    },
  };
}

/** Variables of the dynamic loader are left out: Deno refuses to pass them on. */
function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject())
      .filter(([name]) => !/^(LD|DYLD)_/.test(name)),
  );
}
