import { type Channel, openChannel } from "./channel.ts";
import { type KernelProcess, startProcess } from "./process.ts";
import type { Message } from "./message.ts";

/** Where a kernel works. */
export interface KernelOptions {
  /** Folder whose deno.json holds, and in which relative paths begin. */
  readonly cwd: string;
  /**
   * Takes what the process itself prints: native code and children of the
   * kernel write past the cells.
   */
  readonly onLog?: (text: string) => void;
  /** Seconds that the start may take, default 30. */
  readonly startLimit?: number;
}

/** How a cell ended. */
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
 * Runs in the kernel: it must not outlive whoever started it, even one that
 * was killed, or it would hold its memory and its GPU for ever.
 */
const END_WITH_PARENT = `{
  const parent = Deno.ppid;
  Deno.unrefTimer(setInterval(() => {
    if (Deno.ppid !== parent) Deno.kill(Deno.pid, "SIGKILL");
  }, 1000));
}`;

/**
 * Runs in the kernel behind a cell: a change of a display that does not exist.
 * What is shown goes out in order, so all that was shown before comes first.
 */
const fence = (id: string): string =>
  `await Deno.jupyter.broadcast("update_display_data", {
  data: {}, metadata: {}, transient: { display_id: "${id}" },
});`;

/** The kernel's process ended without being asked to. */
export class KernelDiedError extends Error {
  override readonly name = "KernelDiedError";
}

/**
 * Starts Deno's Jupyter kernel, waits until it answers, and opens its channels.
 * A kernel that does not start is tried once more: that happens now and then
 * in containers, and somebody may take its ports between choice and use.
 *
 * There is no heartbeat and no stdin channel: the process is a child of this
 * one, so its end is known at once, and nobody is there to answer a question.
 *
 * @throws {KernelDiedError} with what it printed, if it does not start
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

/** A kernel that runs, and its variables. Made by {@link startKernel}. */
export class Kernel implements AsyncDisposable {
  readonly #process: KernelProcess;
  readonly #channels: Channel[] = [];
  /** Takes the news about the running cell, and late news about those before. */
  #onNews: (message: Message) => void = () => {};
  #onReply: (message: Message) => void = () => {};

  private constructor(process: KernelProcess) {
    this.#process = process;
  }

  /** Opens the channels of a process that has just been started. */
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
          await open(address.iopub, "SUB", (m) => kernel.#onNews(m));
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

  /** Settles when the process has ended, with how. */
  get ended(): Promise<Deno.CommandStatus> {
    return this.#process.status;
  }

  /**
   * Runs a cell, and waits until all that it showed has come: Deno's kernel
   * sends reply and idle past what cells show, which may lag by thousands of
   * messages.
   *
   * @param onNews Called with each message about it: streams, displays, errors.
   *   Work that nobody waits for shows in the cell that runs then.
   * @throws {KernelDiedError} as soon as the kernel's process ends
   */
  async execute(
    code: string,
    onNews: (message: Message) => void,
  ): Promise<Reply> {
    const id = crypto.randomUUID();
    const replied = Promise.withResolvers<Message>();
    this.#onNews = onNews;
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
    await this.#settle(onNews);
    return replyOf(content);
  }

  /** Waits until all news of what has been run so far has come. */
  async #settle(onNews: (message: Message) => void): Promise<void> {
    const id = crypto.randomUUID();
    const arrived = Promise.withResolvers<void>();
    this.#onNews = (message) => {
      const transient = message.content.transient as { display_id?: string };
      if (transient?.display_id === id) arrived.resolve();
      else onNews(message);
    };
    this.#onReply = ({ parent_header, content }) => {
      if (parent_header.msg_id !== id || content.status === "ok") return;
      arrived.resolve(); // a cell took Deno's name for itself
    };
    await this.#runSilently(fence(id), id);
    await this.#unlessDead(arrived.promise);
  }

  /**
   * Asks the running cell to stop, as the Stop button does. Deno's kernel dies
   * of it, unless the notebook listens: see `stopSignal`.
   */
  interrupt(): void {
    this.#process.signal("SIGINT");
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    await this.#process.end("SIGKILL");
  }

  /** Ends the kernel and everything that belongs to it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.end("SIGTERM");
    await this.#close();
  }

  async #close(): Promise<void> {
    for (const channel of this.#channels) await channel[Symbol.asyncDispose]();
  }

  /**
   * Asks who the kernel is until news of it has come as well: whoever
   * subscribes late has missed what was told before.
   */
  async #warmUp(): Promise<void> {
    const heard = Promise.withResolvers<void>();
    this.#onNews = () => heard.resolve();
    const asking = setInterval(
      () => this.#request("kernel_info_request", {}).catch(() => {}),
      200,
    );
    try {
      await this.#request("kernel_info_request", {});
      await this.#unlessDead(heard.promise);
    } finally {
      clearInterval(asking);
      this.#onNews = () => {};
    }
    await this.#runSilently(END_WITH_PARENT);
  }

  /** Runs code of our own, which counts as no cell; what comes of it, nobody hears. */
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
      // The connection is gone: so is the process, or it will be in a moment.
      await dies(this.#process);
    }
  }

  async #unlessDead<T>(work: Promise<T>): Promise<T> {
    return await Promise.race([work, dies(this.#process)]);
  }
}

/** Tries again while the process begins to listen. */
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
  const said = process.lastWords.trim();
  throw new KernelDiedError(
    `The kernel died: its process ended with ${
      signal === null ? `exit code ${code}` : signal
    }${said === "" ? "" : `, after it printed: ${said}`}`,
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
