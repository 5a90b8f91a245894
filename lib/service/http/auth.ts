import type { MiddlewareHandler } from "hono";
import type { Database } from "../database/mod.ts";
import { authenticate, type Identity, type Scope } from "../keys/mod.ts";
import { takeRequest } from "../limits/mod.ts";
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
    const identity = await authenticate(database, key);
    if (typeof identity === "string") throw refusal(identity);
    checkScope(identity, scope);
    await checkRate(database, identity, () => metrics.rateLimited.inc());
    c.set("identity", identity);
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

async function checkRate(
  database: Database,
  { owner, requestsPerSecond: perSecond, burst }: Identity,
  onLimit: () => void,
): Promise<void> {
  const wait = await takeRequest(database, `user:${owner}`, {
    perSecond,
    burst,
  });
  if (wait === 0) return;
  onLimit();
  const seconds = Math.ceil(wait);
  throw new Fault(
    429,
    "rate_limit_exceeded",
    `Too many requests; try again in ${seconds} s`,
    {
      headers: {
        "retry-after": String(seconds),
        "ratelimit-policy": `"default";q=${burst};w=${
          Math.ceil(burst / perSecond)
        }`,
        "ratelimit": `"default";r=0;t=${seconds}`,
      },
    },
  );
}
