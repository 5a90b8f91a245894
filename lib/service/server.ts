import type { App } from "./http/mod.ts";

/** A server that listens. */
export interface RunningServer {
  readonly address: Deno.NetAddr;
  /** Stops taking requests and waits for those in progress. */
  stop(): Promise<void>;
}

/** Milliseconds that answers in progress have at the end: downloads may be long. */
const LAST_ANSWERS = 5000;

/** Serves an app over HTTP. */
export function startServer(
  app: App,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  const { promise, resolve } = Promise.withResolvers<Deno.NetAddr>();
  const server = Deno.serve(
    { hostname: host, port, onListen: resolve },
    (request) => app.fetch(request),
  );
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
