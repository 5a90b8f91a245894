import { z } from "@hono/zod-openapi";
import { usageOf } from "../../keys/mod.ts";
import type { App, Service } from "../context.ts";
import { timeText } from "../fields.ts";
import { json, keyedRoute } from "../route.ts";

const userSchema = z.object({
  id: z.string(),
  object: z.literal("user"),
  name: z.string(),
  created_at: z.iso.datetime(),
  limits: z.object({
    requests_per_second: z.number(),
    burst: z.int(),
    running_jobs: z.int(),
    unfinished_jobs: z.int(),
    priority: z.int(),
    monthly_micros: z.number().nullable(),
  }),
  usage: z.object({
    unfinished_jobs: z.int(),
    reserved_micros: z.number(),
    month_jobs: z.int(),
    month_micros: z.number(),
  }),
}).openapi("User");

const modelListSchema = z.object({
  object: z.literal("list"),
  data: z.array(
    z.object({
      id: z.string(),
      object: z.literal("model"),
      created: z.int(),
      owned_by: z.string(),
      clip: z.object({
        size: z.string(),
        frames: z.int(),
        fps: z.number(),
      }).openapi({ description: "of jobs that name no other" }),
    }).openapi("Model"),
  ),
}).openapi("ModelList");

/** The user with limits and usage, and the models. */
export function accountRoutes(app: App, service: Service): void {
  const { database, catalogue, now } = service;
  const created = Math.floor(now() / 1000);
  app.openapi(
    keyedRoute(service, "read", {
      method: "get",
      path: "/v1/user",
      operationId: "getUser",
      summary: "The user of the key: limits and usage",
      responses: { 200: json(userSchema, "the user") },
    }),
    async (c) => {
      const { owner } = c.get("identity");
      const [user, usage] = await Promise.all([
        database.selectFrom("users").selectAll().where("id", "=", owner)
          .executeTakeFirstOrThrow(),
        usageOf(database, owner),
      ]);
      return c.json({
        id: user.id,
        object: "user" as const,
        name: user.name,
        created_at: timeText(user.created_at),
        limits: {
          requests_per_second: user.requests_per_second,
          burst: user.burst,
          running_jobs: user.concurrency,
          unfinished_jobs: user.max_unfinished,
          priority: user.max_priority,
          monthly_micros: user.monthly_micros,
        },
        usage: {
          unfinished_jobs: usage.unfinished,
          reserved_micros: usage.reservedMicros,
          month_jobs: usage.monthJobs,
          month_micros: usage.monthMicros,
        },
      }, 200);
    },
  );
  app.openapi(
    keyedRoute(service, "read", {
      method: "get",
      path: "/v1/models",
      operationId: "listModels",
      summary: "The models; the first is the default",
      responses: { 200: json(modelListSchema, "the models") },
    }),
    (c) =>
      c.json({
        object: "list" as const,
        data: [...catalogue].map(([id, { clip }]) => ({
          id,
          object: "model" as const,
          created,
          owned_by: "aiprod",
          clip: {
            size: `${clip.width}x${clip.height}`,
            frames: clip.frames,
            fps: clip.fps,
          },
        })),
      }, 200),
  );
}
