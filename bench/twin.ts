import { InputError, type NdArray } from "lib/core/mod.ts";
import type { TorchResult } from "./result.ts";

/** What a twin is told before it begins. */
export interface TwinTask {
  /** Anything that is JSON. */
  readonly config: unknown;
  readonly threads: number;
  /** Whether it works on a graphics card. */
  readonly card: boolean;
  /** Names and float32 arrays: weights and inputs. */
  readonly tensors: readonly (readonly [name: string, array: NdArray])[];
}

/** How a twin is started. */
export interface TwinCommand {
  /** The Python to start. */
  readonly python: string;
  /** What stands behind it on the command line. */
  readonly args: readonly string[];
}

/** One run of a twin. */
export interface TwinRun {
  /** Time it took, by its own clock. */
  readonly milliseconds: number;
  /** The loss, or another number to compare. */
  readonly value: number;
}

/** There is no twin here, and why. */
export class NoTwinError extends Error {
  override readonly name = "NoTwinError";
}

/** Milliseconds that a twin has to end by itself. */
const GRACE = 2000;

/**
 * The same work in another process, in PyTorch: started, given the weights and
 * inputs, and run a step at a time. The protocol stands in
 * `bench/torch/protocol.py`.
 */
export class Twin {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  /** Version of PyTorch. */
  version = "";
  /** Memory layout that it found the faster. */
  layout = "";
  /** The graphics card it works on, if it does. */
  card: string | undefined;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#lines = child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
  }

  /**
   * Starts a twin and waits until it is ready.
   *
   * @throws {NoTwinError} if there is no such Python, or no PyTorch in it
   */
  static async start(
    { python, args }: TwinCommand,
    task: TwinTask,
  ): Promise<Twin> {
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command(python, {
        args: [...args],
        env: { PYTHONDONTWRITEBYTECODE: "1" },
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
    } catch (error) {
      if (
        error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.PermissionDenied ||
        error instanceof Deno.errors.NotCapable
      ) {
        throw new NoTwinError(`${python} cannot be started: ${error.name}`);
      }
      throw error;
    }
    const twin = new Twin(child);
    try {
      await twin.#begin(python, task);
      return twin;
    } catch (error) {
      await twin[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #begin(python: string, task: TwinTask): Promise<void> {
    this.version = await this.#hello(python);
    await this.#write(JSON.stringify({
      config: task.config,
      threads: task.threads,
      card: task.card,
      tensors: task.tensors.map(([name, { shape }]) => ({ name, shape })),
    }));
    for (const [, { data }] of task.tensors) {
      await this.#writer.write(
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      );
    }
    const { layout, card, error } = await this.#readJson();
    if (typeof error === "string") {
      throw new NoTwinError(`${python} cannot do the same work: ${error}`);
    }
    this.layout = String(layout);
    if (typeof card === "string") this.card = card;
  }

  /** What it was, for a result. */
  get made(): Pick<TorchResult, "version" | "layout" | "card"> {
    const { version, layout, card } = this;
    return { version, layout, ...(card !== undefined && { card }) };
  }

  /** The version of PyTorch, which a twin tells before it is asked. */
  async #hello(python: string): Promise<string> {
    const { value, done } = await this.#lines.read();
    if (done) {
      const { code } = await this.#child.status;
      throw new NoTwinError(`${python} ended at once, with code ${code}`);
    }
    if (!value.startsWith("{")) {
      throw new NoTwinError(`${python} is no Python: it says "${value}"`);
    }
    const { torch, error } = JSON.parse(value);
    if (typeof torch === "string") return torch;
    throw new NoTwinError(`${python} has no PyTorch: ${error}`);
  }

  /** Does one step. */
  async run(): Promise<TwinRun> {
    await this.#write("run");
    const line = await this.#read();
    const [milliseconds, value] = line.split(" ").map(Number);
    return { milliseconds: milliseconds ?? NaN, value: value ?? NaN };
  }

  /** Most bytes of memory that it has held. */
  async peakBytes(): Promise<number> {
    await this.#write("peak");
    return Number(await this.#read());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const kill = setTimeout(() => this.#child.kill(), GRACE);
    await this.#writer.close().catch(() => {});
    await this.#lines.cancel().catch(() => {});
    await this.#child.status;
    clearTimeout(kill);
  }

  async #write(line: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
  }

  async #read(): Promise<string> {
    const { value, done } = await this.#lines.read();
    if (!done) return value;
    const { code } = await this.#child.status;
    throw new Error(
      `Cannot go on with the twin: it must answer: it has ended with code ${code}`,
    );
  }

  async #readJson(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.#read());
  }
}

/** Divides text at line ends. */
class TextLineStream extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform(chunk, controller) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}

/**
 * Starts the twin of a bench if there is a Python for it.
 *
 * @param python `--torch`, or undefined to look for `python3` on the PATH.
 * @returns the twin, or a line that says why there is none.
 * @throws {InputError} if a Python was asked for that cannot serve
 */
export async function openTwin(
  bench: string,
  python: string | undefined,
  task: TwinTask,
): Promise<Twin | string> {
  const script = new URL(`torch/torch_${bench}.py`, import.meta.url).pathname;
  try {
    return await Twin.start(
      { python: python ?? "python3", args: [script] },
      task,
    );
  } catch (error) {
    if (!(error instanceof NoTwinError)) throw error;
    if (python === undefined) {
      return `no comparison with PyTorch: ${error.message}; ` +
        "name another Python with --torch";
    }
    throw new InputError(
      `Cannot use --torch: it must be a Python with PyTorch: ${error.message}`,
    );
  }
}
