import { environmentForDeno } from "./environment.ts";

/** Where a kernel listens, and the secret that signs its messages. */
export interface KernelAddress {
  readonly key: string;
  readonly session: string;
  readonly shell: number;
  readonly iopub: number;
}

/** The process of a kernel. */
export interface KernelProcess {
  readonly address: KernelAddress;
  /** Settles when it has ended. */
  readonly status: Promise<Deno.CommandStatus>;
  /** The end of what it printed past the cells. */
  readonly lastWords: string;
  /** Sends a signal; nothing happens if the process has ended. */
  signal(name: Deno.Signal): void;
  /** Asks it to end, or with SIGKILL ends it, and waits until it has. */
  end(name: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Characters of {@link KernelProcess.lastWords}, at most. */
const LAST_WORDS = 2_000;

/** Seconds that a kernel has between SIGTERM and SIGKILL. */
const GRACE = 5;

/**
 * Starts `deno jupyter` with the Deno that runs this.
 *
 * @param onLog Takes what it prints past the cells.
 */
export async function startProcess(
  cwd: string,
  onLog: (text: string) => void,
): Promise<KernelProcess> {
  const [shell, iopub, stdin, control, heartbeat] = freePorts(5);
  const address = {
    key: crypto.randomUUID(),
    session: crypto.randomUUID(),
    shell: shell!,
    iopub: iopub!,
  };
  const folder = await Deno.makeTempDir({ prefix: "kernel-" });
  const file = `${folder}/connection.json`;
  await Deno.writeTextFile(
    file,
    JSON.stringify({
      transport: "tcp", // Deno's kernel knows no other
      ip: "127.0.0.1",
      shell_port: shell,
      iopub_port: iopub,
      stdin_port: stdin,
      control_port: control,
      hb_port: heartbeat,
      key: address.key,
      signature_scheme: "hmac-sha256",
      kernel_name: "deno",
    }),
    { mode: 0o600 }, // who can read the key can run code
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--kernel", "--conn", file],
    cwd,
    clearEnv: true,
    env: { ...environmentForDeno(), DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let lastWords = "";
  let running = true;
  const listen = async (
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const said = text.replaceAll(/^.*"deno jupyter" is unstable.*\n/gm, "");
      if (said === "") continue;
      lastWords = (lastWords + said).slice(-LAST_WORDS);
      onLog(said);
    }
  };
  const heard = Promise.all([listen(child.stdout), listen(child.stderr)]);
  const status = child.status.then(async (status) => {
    running = false;
    await heard;
    await Deno.remove(folder, { recursive: true });
    return status;
  });
  const signal = (name: Deno.Signal): void => {
    if (!running) return;
    try {
      child.kill(name);
    } catch (error) {
      // It has ended and the news is on its way.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  return {
    address,
    status,
    get lastWords() {
      return lastWords;
    },
    signal,
    async end(name) {
      signal(name);
      const timer = setTimeout(() => signal("SIGKILL"), GRACE * 1000);
      await status;
      clearTimeout(timer);
    },
  };
}

/** Ports that nobody listens at: all are held until the last is found. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}
