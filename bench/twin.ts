import { InputError, type NdArray } from "lib/core/mod.ts";
import type { TorchResult } from "./result.ts";

/** Task of a twin: the first message of the protocol. */
export interface TwinTask {
  /** JSON. */
  readonly config: unknown;
  readonly threads: number;
  /** Whether it uses a graphics card. */
  readonly card: boolean;
  /** Names and float32 arrays: weights and inputs. */
  readonly tensors: readonly (readonly [name: string, array: NdArray])[];
}

/** Command line of a twin. */
export interface TwinCommand {
  /** Python's executable. */
  readonly python: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/** One run of a twin. */
export interface TwinRun {
  /** Time it took, by its own clock. */
  readonly milliseconds: number;
  /** The loss, or another number to compare. */
  readonly value: number;
}

/** No twin is available; the message is the reason. */
export class NoTwinError extends Error {
  override readonly name = "NoTwinError";
}

/** Milliseconds for a twin to exit before it is killed. */
const GRACE = 2000;

/**
 * The same work in PyTorch, in another process that receives the weights and
 * inputs and runs one step at a time (protocol: `bench/torch/protocol.py`).
 */
export class Twin {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  /** Version of PyTorch. */
  version = "";
  /** The faster memory layout. */
  layout = "";
  /** The graphics card, if it uses one. */
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

  /** Summary for a {@link Result}. */
  get made(): Pick<TorchResult, "version" | "layout" | "card"> {
    const { version, layout, card } = this;
    return { version, layout, ...(card !== undefined && { card }) };
  }

  /** Reads the version of PyTorch: the first line of a twin. */
  async #hello(python: string): Promise<string> {
    const { value, done } = await this.#lines.read();
    if (done) {
      const { code } = await this.#child.status;
      throw new NoTwinError(`${python} ended at once, with code ${code}`);
    }
    if (!value.startsWith("{")) {
      throw new NoTwinError(`${python} is not Python: it printed "${value}"`);
    }
    const { torch, error } = JSON.parse(value);
    if (typeof torch === "string") return torch;
    throw new NoTwinError(`${python} has no PyTorch: ${error}`);
  }

  /** Runs one step. */
  async run(): Promise<TwinRun> {
    await this.#write("run");
    const line = await this.#read();
    const [milliseconds, value] = line.split(" ").map(Number);
    return { milliseconds: milliseconds ?? NaN, value: value ?? NaN };
  }

  /** Peak memory of the twin, bytes. */
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
      `Cannot read from the twin: it exited with code ${code}`,
    );
  }

  async #readJson(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.#read());
  }
}

/** Splits text at line ends. */
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
 * Starts the twin of a bench if Python with PyTorch is available.
 *
 * @param python `--torch`, or undefined to look for `python3` on the PATH.
 * @returns the twin, or the reason why none is available.
 * @throws {InputError} if the Python of `--torch` cannot be used
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
