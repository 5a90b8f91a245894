import {
  context,
  propagation,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { StageSeconds } from "./database/mod.ts";
import type { JobRow } from "./jobs/mod.ts";

/**
 * Runs the work at a job as a span that continues the trace of its request.
 * Without `OTEL_DENO=true` nothing is recorded.
 */
export function traced<T>(job: JobRow, run: () => Promise<T>): Promise<T> {
  const parent = job.traceparent === null
    ? context.active()
    : propagation.extract(context.active(), { traceparent: job.traceparent });
  return trace.getTracer("aiprod").startActiveSpan(
    "job",
    { attributes: { "aiprod.job": job.id, "aiprod.attempt": job.attempts } },
    parent,
    async (span) => {
      try {
        return await run();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
  );
}

/** Adds to the span of a job how it ended and what its stages took. */
export function noteEnd(status: string, seconds: StageSeconds): void {
  trace.getActiveSpan()?.setAttributes({
    "aiprod.status": status,
    ...Object.fromEntries(
      Object.entries(seconds).map(([stage, value]) =>
        [`aiprod.seconds.${stage}`, value] as const
      ),
    ),
  });
}

/** The trace of the request in progress, as W3C trace context; undefined without telemetry. */
export function currentTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** Names the route of the request in progress, which the runtime's span lacks. */
export function nameRoute(method: string, route: string): void {
  trace.getActiveSpan()?.setAttribute("http.route", route)
    .updateName(`${method} ${route}`);
}
