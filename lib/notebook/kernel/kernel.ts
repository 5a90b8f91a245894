import { type Channel, openChannel } from "./channel.ts";
import { type KernelProcess, startProcess } from "./process.ts";
import type { Message } from "./message.ts";

/** How a kernel is started. */
export interface KernelOptions {
  /** Folder of its deno.json, and of relative paths. */
  readonly cwd: string;
  /**
   * Receives the output of the process itself: native code and children of the
   * kernel write past the cells.
   */
  readonly onLog?: (text: string) => void;
  /** Most seconds of the start, default 30. */
  readonly startLimit?: number;
}

/** The result of a cell. */
export type Reply =
  | { readonly status: "ok"; readonly count: number }
  | {
    readonly status: "error";
    readonly count: number;
    readonly name: string;
    readonly value: string;
    readonly traceback: readonly string[];
  };

/**
 * Runs in the kernel: it must not outlive its parent, even one that was killed,
 * or it would hold its memory and its GPU for ever.
 */
const END_WITH_PARENT = `{
  const parent = Deno.ppid;
  Deno.unrefTimer(setInterval(() => {
    if (Deno.ppid !== parent) Deno.kill(Deno.pid, "SIGKILL");
  }, 1000));
}`;

/**
 * Runs in the kernel after a cell: an update of a display that does not exist.
 * Displays are sent in order, so it arrives after all outputs of the cell.
 */
const fence = (id: string): string =>
  `await Deno.jupyter.broadcast("update_display_data", {
  data: {}, metadata: {}, transient: { display_id: "${id}" },
});`;

/** The kernel's process ended unexpectedly. */
export class KernelDiedError extends Error {
  override readonly name = "KernelDiedError";
}

/**
 * Starts Deno's Jupyter kernel, waits until it answers, and opens its channels.
 * A kernel that does not start is tried once more: that happens now and then in
 * containers, and another program may take its ports between choice and use.
 *
 * Heartbeat and stdin channels are not used: the process is a child of this one,
 * so its end is known at once, and no person answers its questions.
 *
 * @throws {KernelDiedError} with its output, if it does not start
 */
export async function startKernel(options: KernelOptions): Promise<Kernel> {
  try {
    return await startOnce(options);
  } catch (error) {
    if (!(error instanceof KernelDiedError)) throw error;
    return await startOnce(options);
  }
}

async function startOnce(options: KernelOptions): Promise<Kernel> {
  const process = await startProcess(options.cwd, options.onLog ?? (() => {}));
  try {
    return await Kernel.connect(process, options.startLimit ?? 30);
  } catch (error) {
    await process.end("SIGKILL");
    throw error;
  }
}

/** A running kernel and its variables. Made by {@link startKernel}. */
export class Kernel implements AsyncDisposable {
  readonly #process: KernelProcess;
  readonly #channels: Channel[] = [];
  /** Receives the messages of the running cell, and late ones of earlier cells. */
  #onOutput: (message: Message) => void = () => {};
  #onReply: (message: Message) => void = () => {};

  private constructor(process: KernelProcess) {
    this.#process = process;
  }

  /** Opens the channels of a new process. */
  static async connect(
    process: KernelProcess,
    limit: number,
  ): Promise<Kernel> {
    const kernel = new Kernel(process);
    const { address } = process;
    const open = async (
      port: number,
      type: "DEALER" | "SUB",
      onMessage: (message: Message) => void,
    ): Promise<void> => {
      const channel = await untilListening(
        process,
        () => openChannel(port, type, address, onMessage),
      );
      kernel.#channels.push(channel);
    };
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      timeout.reject(
        new KernelDiedError(
          `Cannot start the kernel: it must answer within ${limit} s: it did not`,
        ),
      );
    }, limit * 1000);
    try {
      await Promise.race([
        timeout.promise,
        (async () => {
          await open(address.shell, "DEALER", (m) => kernel.#onReply(m));
          await open(address.iopub, "SUB", (m) => kernel.#onOutput(m));
          await kernel.#warmUp();
        })(),
      ]);
      return kernel;
    } catch (error) {
      await kernel.#close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Settles at the end of the process, with its status. */
  get ended(): Promise<Deno.CommandStatus> {
    return this.#process.status;
  }

  /**
   * Runs a cell, and waits until all its outputs have arrived: Deno's kernel
   * sends reply and idle ahead of outputs, which may lag by thousands of messages.
   *
   * @param onOutput Called with each message: streams, displays, errors. Output
   *   of work that was not awaited goes to the cell that runs at that time.
   * @throws {KernelDiedError} as soon as the kernel's process ends
   */
  async execute(
    code: string,
    onOutput: (message: Message) => void,
  ): Promise<Reply> {
    const id = crypto.randomUUID();
    const replied = Promise.withResolvers<Message>();
    this.#onOutput = onOutput;
    this.#onReply = (message) => {
      if (message.parent_header.msg_id === id) replied.resolve(message);
    };
    await this.#request("execute_request", {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    }, id);
    const { content } = await this.#unlessDead(replied.promise);
    await this.#settle(onOutput);
    return replyOf(content);
  }

  /** Waits until all outputs so far have arrived. */
  async #settle(onOutput: (message: Message) => void): Promise<void> {
    const id = crypto.randomUUID();
    const arrived = Promise.withResolvers<void>();
    this.#onOutput = (message) => {
      const transient = message.content.transient as { display_id?: string };
      if (transient?.display_id === id) arrived.resolve();
      else onOutput(message);
    };
    this.#onReply = ({ parent_header, content }) => {
      if (parent_header.msg_id !== id || content.status === "ok") return;
      arrived.resolve(); // a cell redefined `Deno`
    };
    await this.#runSilently(fence(id), id);
    await this.#unlessDead(arrived.promise);
  }

  /**
   * Interrupts the running cell, as the Stop button does. Deno's kernel dies of
   * it, unless the notebook handles it: see `stopSignal`.
   */
  interrupt(): void {
    this.#process.signal("SIGINT");
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    await this.#process.end("SIGKILL");
  }

  /** Ends the kernel and closes its channels. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.end("SIGTERM");
    await this.#close();
  }

  async #close(): Promise<void> {
    for (const channel of this.#channels) await channel[Symbol.asyncDispose]();
  }

  /**
   * Requests the kernel's info until a published message arrives: a late
   * subscriber misses earlier ones.
   */
  async #warmUp(): Promise<void> {
    const subscribed = Promise.withResolvers<void>();
    this.#onOutput = () => subscribed.resolve();
    const requests = setInterval(
      () => this.#request("kernel_info_request", {}).catch(() => {}),
      200,
    );
    try {
      await this.#request("kernel_info_request", {});
      await this.#unlessDead(subscribed.promise);
    } finally {
      clearInterval(requests);
      this.#onOutput = () => {};
    }
    await this.#runSilently(END_WITH_PARENT);
  }

  /** Runs code that counts as no cell and whose outputs are ignored. */
  async #runSilently(
    code: string,
    id: string = crypto.randomUUID(),
  ): Promise<void> {
    await this.#request("execute_request", {
      code,
      silent: true,
      store_history: false,
      allow_stdin: false,
    }, id);
  }

  async #request(
    type: string,
    content: object,
    id: string = crypto.randomUUID(),
  ): Promise<void> {
    try {
      await this.#channels[0]!.request(type, content, id);
    } catch {
      // The connection is closed: the process has ended or is about to.
      await dies(this.#process);
    }
  }

  async #unlessDead<T>(work: Promise<T>): Promise<T> {
    return await Promise.race([work, dies(this.#process)]);
  }
}

/** Tries again until the process listens. */
async function untilListening<T>(
  process: KernelProcess,
  connect: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      const pause = Promise.withResolvers<void>();
      const timer = setTimeout(pause.resolve, 25);
      try {
        await Promise.race([pause.promise, dies(process)]);
      } finally {
        clearTimeout(timer);
      }
    }
  }
}

async function dies(process: KernelProcess): Promise<never> {
  const { code, signal } = await process.status;
  const output = process.output.trim();
  throw new KernelDiedError(
    `The kernel died: its process ended with ${
      signal === null ? `exit code ${code}` : signal
    }${output === "" ? "" : `, after it printed: ${output}`}`,
  );
}

function replyOf(content: Message["content"]): Reply {
  const count = Number(content.execution_count ?? 0);
  if (content.status === "ok") return { status: "ok", count };
  return {
    status: "error",
    count,
    name: String(content.ename ?? "Error"),
    value: String(content.evalue ?? ""),
    traceback: Array.isArray(content.traceback)
      ? content.traceback.map(String)
      : [],
  };
}
