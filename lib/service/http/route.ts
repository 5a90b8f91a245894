import { createRoute, type RouteConfig, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { Scope } from "../keys/mod.ts";
import { requireScope } from "./auth.ts";
import type { Env, Service } from "./context.ts";
import { Fault, type FaultStatus, problemSchema } from "./problem.ts";

/** Name of the security scheme in the document. */
export const SECURITY = "key";

/** Groups of the document, where it is not the first word of the path. */
const TAGS: Readonly<Record<string, string>> = {
  generate: "jobs",
  estimate: "jobs",
  webhook_secret: "keys",
  user: "account",
  models: "account",
};

type Problems<S extends FaultStatus> = {
  readonly [status in S]: {
    readonly description: string;
    readonly content: {
      readonly "application/problem+json": {
        readonly schema: typeof problemSchema;
      };
    };
  };
};

/** Refusals of a route, for its document. */
export function problems<const S extends FaultStatus>(
  statuses: Readonly<Record<S, string>>,
): Problems<S> {
  return Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [status, {
      description,
      content: { "application/problem+json": { schema: problemSchema } },
    }]),
  ) as Problems<S>;
}

/** What any route with a key may answer. */
const COMMON = problems({
  400: "it cannot be read",
  401: "the key is missing, wrong, revoked or expired",
  403: "the key lacks the scope",
  422: "a field breaks its rule",
  429: "too many requests, or a limit of the user",
  500: "a fault of the service",
  503: "the database does not answer",
});

/** What a route with a body may answer as well. */
const WITH_BODY = problems({
  408: "the body took too long",
  413: "the body is too large",
  415: "another media type",
});

/** A route without what is the same for all that need a key. */
type OwnRoute<P extends string> = Omit<RouteConfig, "path"> & {
  readonly path: P;
};

/** The route that {@link keyedRoute} makes of another. */
type KeyedRoute<P extends string, R extends OwnRoute<P>> = ReturnType<
  typeof createRoute<
    P,
    Omit<R, "responses" | "middleware"> & {
      readonly path: P;
      readonly middleware: MiddlewareHandler<Env>[];
      readonly responses: R["responses"] & typeof COMMON;
    }
  >
>;

/** A route that needs a key with a scope. */
export function keyedRoute<
  const P extends string,
  const R extends OwnRoute<P>,
>(
  service: Pick<Service, "database" | "metrics">,
  scope: Scope,
  route: R,
): KeyedRoute<P, R> {
  const media = Object.keys(route.request?.body?.content ?? {});
  const [, , name = ""] = route.path.split("/");
  return createRoute<P, OwnRoute<P>>({
    ...route,
    tags: [TAGS[name] ?? name],
    security: [{ [SECURITY]: [] }],
    description: `Needs a key with the scope \`${scope}\`.`,
    middleware: [
      requireScope(service, scope),
      ...(media.length > 0 ? [acceptMedia(media)] : []),
    ],
    responses: {
      ...COMMON,
      ...(media.length > 0 ? WITH_BODY : {}),
      ...route.responses,
    },
  }) as KeyedRoute<P, R>;
}

/** Refuses other media types, which the validators would pass by. */
function acceptMedia(media: readonly string[]): MiddlewareHandler<Env> {
  return async (c, next) => {
    const type = (c.req.header("content-type") ?? "").split(";")[0]!.trim()
      .toLowerCase();
    if (!media.includes(type)) {
      throw new Fault(
        415,
        "unsupported_media_type",
        `Content-Type: must be ${media.join(" or ")}: current value is ` +
          (type === "" ? "none" : `"${type.slice(0, 100)}"`),
      );
    }
    await next();
  };
}

/** An answer in JSON, for the document. */
export function json<T extends z.ZodType>(
  schema: T,
  description: string,
): {
  readonly description: string;
  readonly content: { readonly "application/json": { readonly schema: T } };
} {
  return { description, content: { "application/json": { schema } } };
}

const binary = z.string().openapi({ format: "binary" });
const video = { "video/mp4": { schema: binary } };

/** Answers of a route that gives the bytes of a video. */
export const VIDEO_RESPONSES = {
  200: { description: "the video", content: video },
  206: { description: "the part that Range names", content: video },
  304: { description: "unchanged since If-None-Match" },
  ...problems({
    404: "there is no such job",
    409: "there is no video, not yet or no longer",
    416: "the range lies outside",
  }),
} as const;
