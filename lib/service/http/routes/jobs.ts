import { z } from "@hono/zod-openapi";
import { cancelJob, jobsOf } from "../../jobs/mod.ts";
import type { App, Service } from "../context.ts";
import { eventStream } from "../event_stream.ts";
import { idParams, pageOf, pageQuery, pageSchema } from "../fields.ts";
import { costsOf, jobBody, jobSchema } from "../job_schema.ts";
import {
  estimateOf,
  foundJob,
  idempotencyHeader,
  jobOfRequest,
} from "../jobs_of_request.ts";
import { Fault } from "../problem.ts";
import { generateSchema } from "../request_schema.ts";
import { json, keyedRoute, problems, VIDEO_RESPONSES } from "../route.ts";
import { videoBytes } from "../video_bytes.ts";

const estimateSchema = z.object({
  object: z.literal("estimate"),
  model: z.string(),
  flops: z.number(),
  micros: z.number(),
}).openapi("Estimate");

const NOT_FOUND = problems({ 404: "there is no such job" });
const generateBody = {
  required: true,
  content: { "application/json": { schema: generateSchema } },
} as const;

/** Streams of events that a user may have open in one process. */
const MAX_STREAMS = 50;

/** The service's own face: `/v1/jobs`. */
export function jobRoutes(app: App, service: Service): void {
  const { database } = service;
  const create = {
    method: "post",
    request: { headers: idempotencyHeader, body: generateBody },
    responses: {
      202: json(jobSchema, "the job, in the queue"),
      200: json(jobSchema, "the job that the same Idempotency-Key made before"),
    },
  } as const;
  for (
    const [path, operationId] of [
      ["/v1/jobs", "createJob"],
      ["/v1/generate", "generate"],
    ] as const
  ) {
    app.openapi(
      keyedRoute(service, "write", {
        ...create,
        path,
        operationId,
        summary: "Make a video of a prompt",
      }),
      async (c) => {
        const { row, replayed } = await jobOfRequest(
          c,
          service,
          c.req.valid("json"),
          c.req.valid("header")["idempotency-key"],
        );
        c.header("location", `/v1/jobs/${row.id}`);
        if (!replayed) return c.json(jobBody(row), 202);
        c.header("idempotent-replayed", "true");
        const costs = await costsOf(database, [row]);
        return c.json(jobBody(row, costs.get(row.id)), 200);
      },
    );
  }
  app.openapi(
    keyedRoute(service, "read", {
      method: "post",
      path: "/v1/estimate",
      operationId: "estimate",
      summary: "The cost of a job, without making it",
      request: { body: generateBody },
      responses: { 200: json(estimateSchema, "the cost") },
    }),
    (c) => {
      const { checked, estimate } = estimateOf(service, c.req.valid("json"));
      return c.json({
        object: "estimate" as const,
        model: checked.model.name,
        ...estimate,
      }, 200);
    },
  );
  app.openapi(
    keyedRoute(service, "read", {
      method: "get",
      path: "/v1/jobs",
      operationId: "listJobs",
      summary: "The jobs of the user, the newest first",
      request: {
        query: pageQuery.extend({ status: jobSchema.shape.status.optional() }),
      },
      responses: { 200: json(pageSchema(jobSchema, "JobList"), "a page") },
    }),
    async (c) => {
      const query = c.req.valid("query");
      const rows = await jobsOf(database, c.get("identity").owner, query);
      const costs = await costsOf(database, rows);
      return c.json(
        pageOf(rows, query.limit, (row) => jobBody(row, costs.get(row.id))),
        200,
      );
    },
  );
  app.openapi(
    keyedRoute(service, "read", {
      method: "get",
      path: "/v1/jobs/{id}",
      operationId: "getJob",
      summary: "One job",
      request: { params: idParams },
      responses: { 200: json(jobSchema, "the job"), ...NOT_FOUND },
    }),
    async (c) => {
      const row = await foundJob(c, service, c.req.valid("param").id);
      const costs = await costsOf(database, [row]);
      return c.json(jobBody(row, costs.get(row.id)), 200);
    },
  );
  app.openapi(
    keyedRoute(service, "write", {
      method: "delete",
      path: "/v1/jobs/{id}",
      operationId: "cancelJob",
      summary: "Cancel a job; one that has ended stays as it is",
      request: { params: idParams },
      responses: {
        200: json(jobSchema, "cancelled, or it had ended"),
        202: json(jobSchema, "it runs and will be cancelled"),
        ...NOT_FOUND,
      },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await foundJob(c, service, id);
      const row = await cancelJob(database, c.get("identity").owner, id) ??
        await foundJob(c, service, id);
      const costs = await costsOf(database, [row]);
      const body = jobBody(row, costs.get(id));
      return row.status === "running" ? c.json(body, 202) : c.json(body, 200);
    },
  );
  app.openapi(
    keyedRoute(service, "read", {
      method: "get",
      path: "/v1/jobs/{id}/video",
      operationId: "getJobVideo",
      summary: "The video of a job",
      request: { params: idParams },
      responses: VIDEO_RESPONSES,
    }),
    async (c) => {
      const row = await foundJob(c, service, c.req.valid("param").id);
      return await videoBytes(service, row, c.req.raw) as never;
    },
  );
  app.openapi(
    keyedRoute(service, "read", {
      method: "get",
      path: "/v1/jobs/{id}/events",
      operationId: "jobEvents",
      summary: "The changes of a job as server-sent events",
      request: { params: idParams },
      responses: {
        200: {
          description: "events until the job ends; Last-Event-ID resumes",
          content: { "text/event-stream": { schema: z.string() } },
        },
        204: { description: "the job has ended and its end was seen" },
        ...NOT_FOUND,
      },
    }),
    async (c) => {
      const row = await foundJob(c, service, c.req.valid("param").id);
      if (c.req.raw.method === "HEAD") {
        return c.body(null, 200, { "content-type": "text/event-stream" });
      }
      if (service.watch.listenersOf(row.owner) >= MAX_STREAMS) {
        throw new Fault(
          429,
          "too_many_streams",
          `At most ${MAX_STREAMS} streams may be open; close one`,
          { headers: { "retry-after": "5" } },
        );
      }
      return eventStream(service, row, c.req.header("last-event-id")) as never;
    },
  );
}
