import type { JobRow } from "../jobs/mod.ts";
import type { Service } from "./context.ts";
import { costsOf, jobBody } from "./job_schema.ts";

/** Milliseconds between two signs of life on a stream without events. */
const KEEP_ALIVE = 15_000;

/** Milliseconds after which a client that lost the stream should come again. */
const RETRY = 2000;

/**
 * The changes of a job as a stream of events (SSE) that ends with the job. An
 * event holds the job as it is, and its id is the job's revision: a client that
 * comes again gets the present state if it has not seen it, so nothing that
 * matters is missed. A slow client misses steps in between, never the end.
 *
 * @param lastId The header `Last-Event-ID`.
 */
export function eventStream(
  { watch, database, metrics, stopping }: Pick<
    Service,
    "watch" | "database" | "metrics" | "stopping"
  >,
  job: JobRow,
  lastId: string | undefined,
): Response {
  if (hasEnded(job) && lastId === String(job.revision)) {
    // The status that tells an EventSource to stop.
    return new Response(null, { status: 204 });
  }
  const encoder = new TextEncoder();
  let close = (): void => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      using opened = new DisposableStack();
      let seen = lastId === undefined ? -1 : Number(lastId);
      const send = (text: string): void =>
        controller.enqueue(encoder.encode(text));
      metrics.streams.inc();
      opened.defer(() => metrics.streams.dec());
      const keepAlive = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) send(": still here\n\n");
      }, KEEP_ALIVE);
      opened.defer(() => clearInterval(keepAlive));
      let last = Promise.resolve();
      opened.use(watch.watch(job, (row) => {
        last = last.then(async () => {
          if (row === undefined) send("event: job.deleted\ndata: {}\n\n");
          else if (row.revision !== seen) {
            const ended = hasEnded(row);
            if (!ended && (controller.desiredSize ?? 0) <= 0) return;
            const costs = await costsOf(database, [row]);
            seen = row.revision;
            send(
              eventText(row, JSON.stringify(jobBody(row, costs.get(row.id)))),
            );
          }
          if (row === undefined || hasEnded(row)) end();
        }).catch(() => end());
      }));
      stopping.addEventListener("abort", end);
      opened.defer(() => stopping.removeEventListener("abort", end));
      const held = opened.move();
      let isOpen = true;
      close = () => {
        isOpen = false;
        held.dispose();
      };
      function end(): void {
        if (!isOpen) return;
        close();
        controller.close();
      }
      send(`retry: ${RETRY}\n\n`);
      if (stopping.aborted) end();
    },
    cancel: () => close(),
  }, { highWaterMark: 16 });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      // A proxy must not gather events.
      "x-accel-buffering": "no",
    },
  });
}

function hasEnded({ status }: JobRow): boolean {
  return status !== "queued" && status !== "running";
}

function eventText({ status, revision }: JobRow, data: string): string {
  const name = status === "running" ? "progress" : status;
  return `id: ${revision}\nevent: job.${name}\ndata: ${data}\n\n`;
}
