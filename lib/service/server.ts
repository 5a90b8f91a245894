import { InputError, messageOf } from "../core/mod.ts";
import type { App } from "./http/mod.ts";

/** A server that listens. */
export interface RunningServer {
  readonly address: Deno.NetAddr;
  /** Stops taking requests and waits for those in progress. */
  stop(): Promise<void>;
}

/** Milliseconds that answers in progress have at the end: downloads may be long. */
const LAST_ANSWERS = 5000;

/**
 * Serves an app over HTTP.
 *
 * @throws {InputError} if the address is in use or not of this machine
 */
export function startServer(
  app: Pick<App, "fetch">,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  const { promise, resolve } = Promise.withResolvers<Deno.NetAddr>();
  const server = listen(() =>
    Deno.serve(
      { hostname: host, port, onListen: resolve },
      (request) => app.fetch(request),
    ), `${host}:${port}`);
  return promise.then((address) => ({
    address,
    async stop() {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((done) => {
        timer = setTimeout(done, LAST_ANSWERS);
      });
      await Promise.race([server.shutdown(), late]);
      clearTimeout(timer);
    },
  }));
}

function listen<T>(start: () => T, address: string): T {
  try {
    return start();
  } catch (error) {
    if (
      error instanceof Deno.errors.AddrInUse ||
      error instanceof Deno.errors.AddrNotAvailable ||
      error instanceof Deno.errors.PermissionDenied
    ) {
      throw new InputError(
        `Cannot listen at ${address}: it must be free and of this machine: ` +
          `${messageOf(error)}; choose another --host or --port`,
      );
    }
    throw error;
  }
}
