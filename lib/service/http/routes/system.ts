import { migrationState } from "../../database/mod.ts";
import type { App, Service } from "../context.ts";
import { requireScope } from "../auth.ts";
import { SECURITY } from "../route.ts";

/** Milliseconds within which database and videos must each answer for the service to be ready. */
const READY_WITHIN = 2000;

/** Liveness, readiness, metrics and the document of the API. */
export function systemRoutes(app: App, service: Service): void {
  const { database, metrics, videos, stopping, log } = service;
  /** What a check finds, or what it means that it fails; the reason is logged. */
  const notReady = async (
    failing: string,
    check: () => Promise<string | undefined>,
  ): Promise<string | undefined> => {
    try {
      return await within(READY_WITHIN, check);
    } catch (error) {
      log.error("not ready", error);
      return failing;
    }
  };
  // Liveness asks nothing of others: their outage is no reason to restart this.
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    const problem = stopping.aborted
      ? "stopping"
      : await notReady("the database cannot be reached", async () => {
        const { pending } = await migrationState(database);
        return pending.length > 0 ? "migrations are missing" : undefined;
      }) ??
        await notReady("videos cannot be kept", async () => {
          await videos.check();
          return undefined;
        });
    return problem === undefined
      ? c.json({ status: "ready" })
      : c.json({ status: problem }, 503);
  });
  app.get("/metrics", requireScope(service, "operator"), async (c) => {
    const text = await metrics.registry.metrics();
    return c.body(text, 200, { "content-type": metrics.registry.contentType });
  });
  app.openAPIRegistry.registerComponent("securitySchemes", SECURITY, {
    type: "http",
    scheme: "bearer",
    bearerFormat: "aip_...",
  });
  let document: unknown;
  app.get("/openapi.json", (c) => c.json(document ??= documentOf(app)));
}

function documentOf(app: App): unknown {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "AIPROD",
      version: "1",
      description:
        "Videos of prompts: jobs, and the same as /v1/videos for the openai client.",
    },
    servers: [{ url: "/" }],
  });
  // Not so for the validators, of which only one may run.
  const body = document.paths?.["/v1/videos"]?.post?.requestBody;
  if (body && "content" in body) body.required = true;
  return document;
}

function within<T>(
  milliseconds: number,
  check: () => Promise<T>,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer in ${milliseconds} ms`)),
    milliseconds,
  );
  return Promise.race([check(), promise]).finally(() => clearTimeout(timer));
}
