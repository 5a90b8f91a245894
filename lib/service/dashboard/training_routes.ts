import type { MiddlewareHandler } from "hono";
import { html } from "hono/html";
import type { App, Env, Service } from "../http/context.ts";
import { listRuns, readRun, runFile } from "../trainings/mod.ts";
import { page } from "./page.ts";
import { runDetails, runList } from "./run_pages.ts";
import { HOME, notFound, viewOf } from "./view.ts";

/** A report is a whole page with its own scripts: they may reach nothing. */
const REPORT_POLICY = "sandbox allow-scripts; default-src 'none'; " +
  "script-src 'unsafe-inline'; style-src 'unsafe-inline'; " +
  "img-src data:; media-src data:";

/** Pages of trainings, for the operator. */
export function trainingRoutes(
  app: App,
  { runs }: Pick<Service, "runs">,
  operator: MiddlewareHandler<Env>,
): void {
  app.get(`${HOME}/runs`, operator, async (c) =>
    c.html(page(
      "Trainings",
      html`
        <main>
          <section class="wide"><h2>Trainings</h2>${runList(
            await listRuns(runs),
          )}</section>
        </main>
      `,
      viewOf(c.get("identity")),
    )));
  app.get(`${HOME}/runs/:run`, operator, async (c) => {
    const run = await readRun(runs, c.req.param("run"));
    if (run === undefined) throw notFound();
    return c.html(page(
      run.name,
      html`
        <main>
          <section class="wide"><h2>${run.name}</h2>${runDetails(run)}</section>
        </main>
      `,
      viewOf(c.get("identity")),
    ));
  });
  app.get(`${HOME}/runs/:run/:file`, operator, async (c) => {
    const { run, file } = c.req.param();
    const path = await runFile(runs, run, file);
    if (path === undefined) throw notFound();
    const isReport = file === "report.html";
    const answer = c.body((await Deno.open(path)).readable, 200, {
      "content-type": isReport ? "text/html; charset=utf-8" : "image/png",
    });
    if (isReport) c.set("contentSecurity", REPORT_POLICY);
    return answer;
  });
}
