import { z } from "@hono/zod-openapi";
import { deleteJob, type JobRow, jobsOf } from "../../jobs/mod.ts";
import type { App, Ctx, Service } from "../context.ts";
import {
  idParams,
  pageOf,
  pageQuery,
  pageSchema,
  textField,
} from "../fields.ts";
import {
  foundJob,
  idempotencyHeader,
  jobOfRequest,
} from "../jobs_of_request.ts";
import { Fault, fieldFault } from "../problem.ts";
import {
  type GenerateBody,
  generateSchema,
  offeredModel,
} from "../request_schema.ts";
import { json, keyedRoute, problems, VIDEO_RESPONSES } from "../route.ts";
import { videoBytes } from "../video_bytes.ts";

/** The body of `POST /v1/videos`, as the `openai` client sends it. */
const videoCreateSchema = z.strictObject({
  prompt: textField(2000),
  model: textField(100).optional(),
  seconds: z.coerce.number().positive().max(64).optional()
    .openapi({
      type: "number",
      description: "at the model's own frames a second",
    }),
  size: z.string().regex(
    /^[1-9]\d{1,3}x[1-9]\d{1,3}$/,
    "must be WIDTHxHEIGHT in pixels, such as 80x64",
  ).optional().openapi({ description: "the model's own where left out" }),
  seed: z.coerce.number().int().min(0).max(2 ** 31 - 1).default(1)
    .openapi({ type: "integer" }),
}).openapi("VideoCreate");

/** A job in the shape of the `openai` client. */
const videoSchema = z.object({
  id: z.string(),
  object: z.literal("video"),
  status: z.enum(["queued", "in_progress", "completed", "failed"]),
  model: z.string(),
  progress: z.number().min(0).max(100),
  prompt: z.string().nullable(),
  seconds: z.string(),
  size: z.string(),
  created_at: z.int(),
  completed_at: z.int().nullable(),
  expires_at: z.int().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  remixed_from_video_id: z.null(),
}).openapi("Video");

const deletedSchema = z.object({
  id: z.string(),
  object: z.literal("video.deleted"),
  deleted: z.boolean(),
}).openapi("VideoDeleted");

const STATUSES = {
  queued: "queued",
  running: "in_progress",
  succeeded: "completed",
  failed: "failed",
  canceled: "failed",
} as const;

const unix = (time: Date | null): number | null =>
  time && Math.floor(time.getTime() / 1000);

function videoBody(row: JobRow): z.infer<typeof videoSchema> {
  const { prompt, frames, fps, width, height } = row.request;
  return {
    id: row.id,
    object: "video",
    status: STATUSES[row.status],
    model: row.model,
    progress: Math.round(row.progress * 100),
    prompt,
    seconds: String(frames / fps),
    size: `${width}x${height}`,
    created_at: unix(row.created_at)!,
    completed_at: unix(row.finished_at),
    expires_at: unix(row.expires_at),
    error: row.status === "canceled"
      ? { code: "canceled", message: "The job was cancelled" }
      : row.error,
    remixed_from_video_id: null,
  };
}

const NOT_FOUND = problems({ 404: "there is no such video" });

/** The face that the `openai` client drives: `/v1/videos`, over the same jobs. */
export function videoRoutes(app: App, service: Service): void {
  const { database } = service;
  app.openapi(
    keyedRoute(service, "write", {
      method: "post",
      path: "/v1/videos",
      operationId: "createVideo",
      summary: "Make a video of a prompt, as the openai client asks for it",
      request: {
        headers: idempotencyHeader,
        body: {
          // Where a body is required, the validators of both types would run.
          required: false,
          content: {
            "application/json": { schema: videoCreateSchema },
            "multipart/form-data": { schema: videoCreateSchema },
          },
        },
      },
      responses: { 200: json(videoSchema, "the video, in the queue") },
    }),
    async (c) => {
      const { seconds, ...body } = createBody(c);
      const { clip: { fps } } = offeredModel(service.catalogue, body.model);
      const frames = seconds && seconds * fps;
      const { row } = await inVideoWords(fps, () =>
        jobOfRequest(
          c,
          service,
          checkedBody({ ...body, frames }),
          c.req.valid("header")["idempotency-key"],
        ));
      return c.json(videoBody(row), 200);
    },
  );
  app.openapi(
    keyedRoute(service, "read", {
      method: "get",
      path: "/v1/videos",
      operationId: "listVideos",
      summary: "The jobs of the user as videos, the newest first",
      request: { query: pageQuery },
      responses: { 200: json(pageSchema(videoSchema, "VideoList"), "a page") },
    }),
    async (c) => {
      const query = c.req.valid("query");
      const rows = await jobsOf(database, c.get("identity").owner, query);
      return c.json(pageOf(rows, query.limit, videoBody), 200);
    },
  );
  app.openapi(
    keyedRoute(service, "read", {
      method: "get",
      path: "/v1/videos/{id}",
      operationId: "retrieveVideo",
      summary: "One job as a video",
      request: { params: idParams },
      responses: { 200: json(videoSchema, "the video"), ...NOT_FOUND },
    }),
    async (c) => {
      const row = await foundJob(c, service, c.req.valid("param").id);
      return c.json(videoBody(row), 200);
    },
  );
  app.openapi(
    keyedRoute(service, "read", {
      method: "get",
      path: "/v1/videos/{id}/content",
      operationId: "downloadVideo",
      summary: "The bytes of a video",
      request: {
        params: idParams,
        query: z.strictObject({ variant: z.enum(["video"]).optional() }),
      },
      responses: VIDEO_RESPONSES,
    }),
    async (c) => {
      const row = await foundJob(c, service, c.req.valid("param").id);
      return await videoBytes(service, row, c.req.raw) as never;
    },
  );
  app.openapi(
    keyedRoute(service, "write", {
      method: "delete",
      path: "/v1/videos/{id}",
      operationId: "deleteVideo",
      summary: "Delete a job with its video; one that runs is cancelled",
      request: { params: idParams },
      responses: { 200: json(deletedSchema, "it is gone"), ...NOT_FOUND },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await foundJob(c, service, id);
      const deleted = await deleteJob(database, c.get("identity").owner, id);
      return c.json({ id, object: "video.deleted" as const, deleted }, 200);
    },
  );
}

function createBody(c: Ctx): z.infer<typeof videoCreateSchema> {
  const isForm = /^multipart\//i.test(c.req.header("content-type") ?? "");
  return c.req.valid((isForm ? "form" : "json") as never);
}

/** @throws {Fault} naming the field of a job */
function checkedBody(body: z.input<typeof generateSchema>): GenerateBody {
  const result = generateSchema.safeParse(body);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw fieldFault(path.join("."), message);
}

/** A client that asked for seconds must not be told of frames alone. */
async function inVideoWords<T>(
  fps: number,
  make: () => Promise<T>,
): Promise<T> {
  try {
    return await make();
  } catch (error) {
    const field = error instanceof Fault
      ? error.details.fields?.[0]
      : undefined;
    if (field?.path !== "frames") throw error;
    throw fieldFault(
      "seconds",
      `at ${fps} frames a second, frames ${field.message}`,
    );
  }
}
