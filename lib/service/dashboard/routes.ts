import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { csrf } from "hono/csrf";
import { html } from "hono/html";
import type { App, Ctx, Env, Service } from "../http/context.ts";
import { Fault } from "../http/problem.ts";
import { checkScope } from "../http/auth.ts";
import { videoBytes } from "../http/video_bytes.ts";
import { cancelJob, jobById, jobOf } from "../jobs/mod.ts";
import {
  authenticate,
  createKey,
  type Identity,
  revokeKey,
  type Scope,
} from "../keys/mod.ts";
import { livePanel, page } from "./page.ts";
import { ownerFor, PANELS } from "./panels.ts";
import { trainingRoutes } from "./training_routes.ts";
import { HOME, notFound, viewOf } from "./view.ts";
import {
  newSession,
  SESSION_SECONDS,
  sessionIdentity,
  sessionSecret,
} from "./session.ts";

const COOKIE = "aiprod_session";

/** Pages for people: jobs, workers, costs, videos, keys and trainings. */
export function dashboardRoutes(app: App, service: Service): void {
  const { database, now } = service;
  const seconds = (): number => Math.floor(now() / 1000);
  // Behind a proxy with TLS the address of a request has another scheme.
  app.use(
    `${HOME}/*`,
    csrf({ origin: (origin, c) => hostOf(c) === URL.parse(origin)?.host }),
  );
  const signedIn: MiddlewareHandler<Env> = async (c, next) => {
    const identity = await identityOf(c, service);
    if (identity === undefined) return c.redirect(HOME);
    c.set("identity", identity);
    c.header("cache-control", "no-store");
    return await next();
  };
  const operator: MiddlewareHandler<Env> = async (c, next) => {
    checkScope(c.get("identity"), "operator");
    await next();
  };

  app.get(HOME, async (c) => {
    c.header("cache-control", "no-store");
    const identity = await identityOf(c, service);
    if (identity === undefined) return c.html(signInPage(""));
    return c.html(await jobsPage(service, identity));
  });
  app.post(`${HOME}/session`, async (c) => {
    const { key } = await c.req.parseBody();
    const identity = await authenticate(
      database,
      typeof key === "string" ? key.trim() : "",
    );
    if (typeof identity === "string") {
      return c.html(signInPage(`This key is ${identity}.`), 401);
    }
    checkScope(identity, "read");
    const session = newSession(
      await sessionSecret(database),
      identity.keyId,
      seconds(),
    );
    setCookie(c, COOKIE, session, {
      path: HOME,
      httpOnly: true,
      sameSite: "Strict",
      secure: c.req.url.startsWith("https:") ||
        c.req.header("x-forwarded-proto") === "https",
      maxAge: SESSION_SECONDS,
    });
    return c.redirect(HOME, 303);
  });
  app.use(`${HOME}/*`, signedIn);
  app.post(`${HOME}/session/end`, (c) => {
    deleteCookie(c, COOKIE, { path: HOME });
    return c.redirect(HOME, 303);
  });
  app.get(`${HOME}/panels/:name`, async (c) => {
    const name = c.req.param("name");
    const panel = Object.hasOwn(PANELS, name) ? PANELS[name] : undefined;
    if (panel === undefined) throw notFound();
    const identity = c.get("identity");
    if (panel.isOperators) checkScope(identity, "operator");
    return c.html(await panel.show(database, identity));
  });
  app.get(`${HOME}/videos/:id`, async (c) => {
    const id = c.req.param("id");
    const owner = ownerFor(c.get("identity"));
    const row = owner === undefined
      ? await jobById(database, id)
      : await jobOf(database, owner, id);
    if (row === undefined || row.deleted_at !== null) throw notFound();
    return await videoBytes(service, row, c.req.raw);
  });
  app.post(`${HOME}/jobs/:id/cancel`, async (c) => {
    checkScope(c.get("identity"), "write");
    await cancelJob(database, c.get("identity").owner, c.req.param("id"));
    return c.redirect(HOME, 303);
  });
  app.post(`${HOME}/keys`, async (c) => {
    const identity = c.get("identity");
    checkScope(identity, "keys");
    const { name } = await c.req.parseBody();
    if (
      typeof name !== "string" || !/^[^\0]{1,100}$/.test(name) ||
      !name.isWellFormed()
    ) {
      throw new Fault(
        422,
        "invalid_parameter",
        "name: must have 1 to 100 letters",
      );
    }
    const scopes = (["read", "write"] as const)
      .filter((scope) => identity.scopes.includes(scope));
    const { key } = await createKey(database, {
      owner: identity.owner,
      name,
      scopes: scopes as Scope[],
    });
    return c.html(page(
      "New key",
      html`
        <main>
          <section class="wide">
            <h2>New key "${name}"</h2>
            <p>Shown this once:</p>
            <p><code>${key}</code></p>
            <p><a href="${HOME}">Back</a></p>
          </section>
        </main>
      `,
      viewOf(identity),
    ));
  });
  app.post(`${HOME}/keys/:id/revoke`, async (c) => {
    checkScope(c.get("identity"), "keys");
    await revokeKey(database, c.get("identity").owner, c.req.param("id"));
    return c.redirect(HOME, 303);
  });
  trainingRoutes(app, service, operator);
}

function hostOf(c: Context): string {
  return c.req.header("host") ?? new URL(c.req.url).host;
}

async function identityOf(
  c: Ctx,
  { database, now }: Service,
): Promise<Identity | undefined> {
  const session = getCookie(c, COOKIE);
  if (session === undefined) return undefined;
  const secret = await sessionSecret(database);
  return await sessionIdentity(
    database,
    secret,
    session,
    Math.floor(now() / 1000),
  );
}

function signInPage(problem: string): ReturnType<typeof page> {
  return page(
    "Sign in",
    html`
      <main>
        <section>
          <h2>Sign in</h2>
          <form method="post" action="${HOME}/session">
            <p><label>API key <input name="key" type="password" autocomplete="current-password" required size="40"></label></p>
            <p><button>Sign in</button> <span class="status-failed">${problem}</span></p>
          </form>
        </section>
      </main>
    `,
    { isOperator: false, isSignedIn: false },
  );
}

async function jobsPage(
  { database }: Service,
  identity: Identity,
): Promise<Awaited<ReturnType<typeof page>>> {
  const view = viewOf(identity);
  const shown = Object.entries(PANELS)
    .filter(([, { isOperators }]) => !isOperators || view.isOperator);
  const sections = await Promise.all(
    shown.map(async ([name, panel]) =>
      html`<section${
        panel.isWide
          ? html`
            class="wide"
          `
          : ""
      }><h2>${panel.title}</h2>${
        livePanel(name, panel.every, await panel.show(database, identity))
      }${
        name === "keys" && identity.scopes.includes("keys") ? NEW_KEY : ""
      }</section>`
    ),
  );
  return await page("Jobs", html`<main>${sections}</main>`, view);
}

const NEW_KEY = html`
  <form method="post" action="${HOME}/keys">
    <p>
  <input name="name" maxlength="100" required placeholder="name of a new key"> <button>Make a key</button></p>
  </form>
`;
