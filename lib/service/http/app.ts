import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import type { MiddlewareHandler } from "hono";
import { dashboardRoutes } from "../dashboard/mod.ts";
import { newId } from "../ids.ts";
import { nameRoute } from "../telemetry.ts";
import { limitBody } from "./body_limit.ts";
import type { App, Ctx, Env, Service } from "./context.ts";
import {
  Fault,
  faultStatus,
  type FieldProblem,
  problemResponse,
} from "./problem.ts";
import { accountRoutes } from "./routes/account.ts";
import { docsRoutes } from "./routes/docs.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { keyRoutes } from "./routes/keys.ts";
import { systemRoutes } from "./routes/system.ts";
import { videoRoutes } from "./routes/videos.ts";

/** Bytes of a body at most: prompts are short. */
const MAX_BODY = 64 * 1024;

/**
 * The service as a function from request to response.
 *
 * @example
 * ```ts
 * import type { Service } from "lib/service/http/mod.ts";
 * import { createApp } from "lib/service/http/mod.ts";
 *
 * const serve = (service: Service) => createApp(service).fetch;
 * ```
 */
export function createApp(service: Service): App {
  const app: App = new OpenAPIHono<Env>({
    strict: false,
    defaultHook: (result) => {
      if (!result.success) throw fieldsFault(result.error.issues);
    },
  });
  app.use(requestLog(service));
  app.use(async (c, next) => {
    await next();
    const policy = c.get("contentSecurity");
    if (policy) c.res.headers.set("content-security-policy", policy);
  });
  app.use(secureHeaders({
    // Pages of reports are sandboxed and would differ from the others in it.
    originAgentCluster: false,
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      frameAncestors: ["'none'"],
    },
  }));
  app.use(limitBody({ bytes: MAX_BODY, milliseconds: service.bodyTime }));
  app.onError((error, c) =>
    problemResponse(faultOf(error, c, service), c.get("requestId"))
  );
  app.notFound((c) =>
    problemResponse(
      new Fault(404, "not_found", `There is no ${c.req.method} of this path`),
      c.get("requestId"),
    )
  );
  jobRoutes(app, service);
  videoRoutes(app, service);
  keyRoutes(app, service);
  accountRoutes(app, service);
  systemRoutes(app, service);
  docsRoutes(app);
  dashboardRoutes(app, service);
  return app;
}

/** Counts, times and logs each request, by its route and not by its path. */
function requestLog({ metrics, log }: Service): MiddlewareHandler<Env> {
  return async (c, next) => {
    const begun = performance.now();
    const requestId = newId("req", Date.now());
    c.set("requestId", requestId);
    c.header("x-request-id", requestId);
    await next();
    const { method } = c.req;
    const route = routeOf(c);
    const status = c.res.status;
    const seconds = (performance.now() - begun) / 1000;
    metrics.requests.observe(
      { method, route, status: String(status) },
      seconds,
    );
    nameRoute(method, route);
    // A page that is open asks every two seconds.
    if (route.startsWith("/dashboard/panels") && status === 200) return;
    log.info("request", {
      request: requestId,
      method,
      route,
      status,
      seconds: Number(seconds.toFixed(4)),
      user: c.get("identity")?.owner,
      key: c.get("identity")?.keyId,
    });
  };
}

/** The last handler that matched; paths of clients would be names without end. */
function routeOf(c: Ctx): string {
  const route = c.req.routePath;
  return route === "/*" || route === "*" ? "none" : route;
}

function fieldsFault(
  issues: readonly {
    readonly path: readonly PropertyKey[];
    readonly message: string;
    readonly keys?: readonly string[];
  }[],
): Fault {
  const fields: FieldProblem[] = issues.flatMap(({ path, message, keys }) =>
    (keys ?? [undefined]).map((key) => ({
      path: [...path, ...(key === undefined ? [] : [key])].join(".") || "body",
      message: key === undefined ? message : "there is no such field",
    }))
  ).slice(0, 20).map(({ path, message }) => ({
    // Names of fields may be anything that a client sent.
    path: path.slice(0, 100).toWellFormed(),
    message: message.slice(0, 300).toWellFormed(),
  }));
  return new Fault(
    422,
    "invalid_parameter",
    fields.map(({ path, message }) => `${path}: ${message}`).join("; "),
    { fields },
  );
}

/** Codes of connections to PostgreSQL that fail, and of a server that starts or stops. */
const NO_DATABASE = /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|57P0|08|53300)/;

function faultOf(error: unknown, c: Ctx, { log }: Service): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof HTTPException) {
    return new Fault(
      faultStatus(error.status),
      "bad_request",
      error.message || "The request cannot be read",
    );
  }
  const request = c.get("requestId");
  log.error("request failed", error, { request });
  const { code, message = "" } = error as { code?: unknown; message?: string };
  return NO_DATABASE.test(String(code)) ||
      /connection (terminated|timeout)|timeout exceeded when trying/i.test(
        message,
      )
    ? new Fault(
      503,
      "database_unavailable",
      "The database does not answer; try again",
      { headers: { "retry-after": "2" } },
    )
    : new Fault(
      500,
      "internal_error",
      `Something went wrong; tell the operator the request ${request}`,
    );
}
