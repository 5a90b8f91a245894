/** The ports of a kernel, and the secret that signs its messages. */
export interface KernelAddress {
  readonly key: string;
  readonly session: string;
  readonly shell: number;
  readonly iopub: number;
}

/** The process of a kernel. */
export interface KernelProcess {
  readonly address: KernelAddress;
  /** Settles at its end. */
  readonly status: Promise<Deno.CommandStatus>;
  /** The end of its own output, past the cells. */
  readonly output: string;
  /** Sends a signal; does nothing if the process has ended. */
  signal(name: Deno.Signal): void;
  /** Ends the process with a signal, after a grace period with SIGKILL. */
  end(name: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Most characters of {@link KernelProcess.output}. */
const MOST_OUTPUT = 2_000;

/** Seconds between SIGTERM and SIGKILL. */
const GRACE = 5;

/**
 * Starts `deno jupyter` with the Deno that runs this.
 *
 * @param onLog Receives its own output, past the cells.
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
      transport: "tcp", // the only one of Deno's kernel
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
    { mode: 0o600 }, // the key allows to run code
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
  let output = "";
  let running = true;
  const forward = async (
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const printed = text.replaceAll(
        /^.*"deno jupyter" is unstable.*\n/gm,
        "",
      );
      if (printed === "") continue;
      output = (output + printed).slice(-MOST_OUTPUT);
      onLog(printed);
    }
  };
  const drained = Promise.all([forward(child.stdout), forward(child.stderr)]);
  const status = child.status.then(async (status) => {
    running = false;
    await drained;
    await Deno.remove(folder, { recursive: true });
    return status;
  });
  const signal = (name: Deno.Signal): void => {
    if (!running) return;
    try {
      child.kill(name);
    } catch (error) {
      // It has ended, and `status` is about to settle.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  return {
    address,
    status,
    get output() {
      return output;
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

/**
 * The environment for a Deno that this one starts: its own without the variables
 * of the dynamic loader, which Deno passes on only if every program may be run.
 */
export function environmentForDeno(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject())
      .filter(([name]) => !/^(LD|DYLD)_/.test(name)),
  );
}

/** Free ports: all are held until the last is found. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}
