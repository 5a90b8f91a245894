import { InputError } from "../../core/mod.ts";
import { isServerUrl } from "../../service/database/open.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { type Child, startChild } from "./child.ts";
import { commonFlags, type ServeFlags, serveFlags } from "./options.ts";
import {
  courierPermissions,
  serverPermissions,
  workerPermissions,
} from "./permissions.ts";

const SERVER = import.meta.resolve("./server_process.ts");
const COURIER = import.meta.resolve("./courier_process.ts");
const WORKER = import.meta.resolve("../worker/worker_process.ts");

/** Milliseconds before a process that ended by itself is started again. */
const RESTART_AFTER = 2000;

/**
 * `deno task serve`: starts the API, the process that sends its webhooks, and
 * workers, each with the permissions that its flags need and no more.
 */
async function serve(flags: ServeFlags, signal: AbortSignal): Promise<number> {
  const separate = isServerUrl(flags.database);
  if (!separate && flags.workers > 1) {
    throw new InputError(
      "Cannot use --workers: an embedded database takes at most 1: current " +
        `value is ${flags.workers}; name a PostgreSQL server by --database`,
    );
  }
  const server = startChild(SERVER, {
    permissions: serverPermissions(flags),
    flags,
    piped: true,
  });
  const children = new Set<Child>([server]);
  const stop = (): void => {
    for (const child of children) child.stop();
  };
  signal.addEventListener("abort", stop);
  let hasEnded = false;
  const toServer = server.process.stdin.getWriter();
  const fromServer = new Outlet(server.process.stdout);
  const keep = async (name: string, start: () => Child): Promise<void> => {
    while (!signal.aborted && !hasEnded) {
      const child = start();
      children.add(child);
      const { code } = await child.process.status;
      children.delete(child);
      if (!signal.aborted && !hasEnded) {
        log(`${name} ended with code ${code}: it is started again`);
        await new Promise((done) => setTimeout(done, RESTART_AFTER));
      }
    }
  };
  keep("the courier of webhooks", () => {
    const { privateWebhooks } = flags;
    const child = startChild(COURIER, {
      permissions: courierPermissions(flags),
      flags: { rule: privateWebhooks ? "any" : "public" },
      piped: true,
    });
    fromServer.pourInto(child.process.stdin);
    pump(child.process.stdout, toServer);
    return child;
  });
  if (separate) {
    // One port is taken by the API.
    const own = { ...commonFlags.strip().parse(flags), metricsPort: 0 };
    for (let i = 0; i < flags.workers; i++) {
      keep(`worker ${i + 1}`, () =>
        startChild(WORKER, {
          permissions: workerPermissions(own),
          flags: own,
          piped: false,
        }));
    }
  }
  const { code, signal: killedBy } = await server.process.status;
  hasEnded = true;
  if (killedBy !== null && !signal.aborted) {
    log(`the API was killed by ${killedBy}; start it again`);
  }
  stop();
  await Promise.all([...children].map(({ process }) => process.status));
  return code;
}

/** A stream whose chunks go to whichever sink is the latest. */
class Outlet {
  #sink: WritableStreamDefaultWriter<Uint8Array> | undefined;

  constructor(source: ReadableStream<Uint8Array>) {
    this.#run(source);
  }

  pourInto(sink: WritableStream<Uint8Array>): void {
    this.#sink = sink.getWriter();
  }

  async #run(source: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of source) {
      // A courier that has ended answers nothing: its messages are tried again.
      await this.#sink?.write(chunk).catch(() => {});
    }
    await this.#sink?.close().catch(() => {});
  }
}

async function pump(
  source: ReadableStream<Uint8Array>,
  sink: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  try {
    for await (const chunk of source) await sink.write(chunk);
  } catch {
    // The server has ended; so does everything.
  }
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task serve",
    purpose:
      "Serves videos of prompts over HTTP: API, queue, workers, dashboard.",
    flags: serveFlags,
    run: serve,
  });
}
