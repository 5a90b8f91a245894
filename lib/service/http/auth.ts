import type { MiddlewareHandler } from "hono";
import { admit, type Identity, type Scope, type Wait } from "../keys/mod.ts";
import type { Env, Service } from "./context.ts";
import { Fault } from "./problem.ts";

/** Lets pass only requests whose key has a scope, within the rate of their user. */
export function requireScope(
  { database, metrics }: Pick<Service, "database" | "metrics">,
  scope: Scope,
): MiddlewareHandler<Env> {
  return async (c, next) => {
    const header = c.req.header("authorization") ?? "";
    const key = /^Bearer +(\S+)$/i.exec(header)?.[1] ?? "";
    const admitted = await admit(database, key);
    if (typeof admitted === "string") throw refusal(admitted);
    if ("wait" in admitted) {
      metrics.rateLimited.inc();
      throw tooMany(admitted);
    }
    checkScope(admitted, scope);
    c.set("identity", admitted);
    await next();
  };
}

/** Not more than this is told: whoever found a key must not learn whose it was. */
function refusal(why: string): Fault {
  const [code, what] = why === "unknown"
    ? ["invalid_api_key", "is missing or wrong"]
    : [`${why}_api_key`, `is ${why}`];
  return new Fault(
    401,
    code,
    `The API key ${what}; send "Authorization: Bearer aip_..."`,
    { headers: { "www-authenticate": "Bearer" } },
  );
}

/** @throws {Fault} if the key lacks a scope */
export function checkScope({ scopes }: Identity, scope: Scope): void {
  if (scopes.includes(scope)) return;
  throw new Fault(
    403,
    "missing_scope",
    `The API key must have the scope "${scope}": it has ${scopes.join(", ")}`,
  );
}

function tooMany({ identity, wait }: Wait): Fault {
  const { requestsPerSecond, burst } = identity;
  const seconds = Math.ceil(wait);
  return new Fault(
    429,
    "rate_limit_exceeded",
    `Too many requests; try again in ${seconds} s`,
    {
      headers: {
        "retry-after": String(seconds),
        "ratelimit-policy": `"default";q=${burst};w=${
          Math.ceil(burst / requestsPerSecond)
        }`,
        "ratelimit": `"default";r=0;t=${seconds}`,
      },
    },
  );
}
