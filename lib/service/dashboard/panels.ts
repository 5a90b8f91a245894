import { html } from "hono/html";
import type { Database } from "../database/mod.ts";
import type { JobRow } from "../jobs/mod.ts";
import { type Identity, keysOf } from "../keys/mod.ts";
import {
  costFigures,
  latencyFigures,
  newestJobs,
  newestVideos,
  presentWorkers,
  queueFigures,
} from "./figures.ts";
import { ageText, type Html, table } from "./page.ts";

/** A part of the dashboard. */
export interface Panel {
  readonly title: string;
  /** Seconds between two looks. */
  readonly every: number;
  readonly isWide?: boolean;
  /** Whether only the operator sees it. */
  readonly isOperators?: boolean;
  show(database: Database, identity: Identity): Promise<Html>;
}

/** Whose things somebody sees: the operator those of all. */
export function ownerFor({ owner, scopes }: Identity): string | undefined {
  return scopes.includes("operator") ? undefined : owner;
}

const since = (time: Date): string =>
  ageText(Math.max(0, (Date.now() - time.getTime()) / 1000));

const number = (label: string, value: string | number): Html =>
  html`<div><b>${value}</b>${label}</div>`;

/** All parts of the dashboard by name, in their order. */
export const PANELS: Readonly<Record<string, Panel>> = {
  queue: {
    title: "Queue",
    every: 2,
    async show(database, identity) {
      const figures = await queueFigures(database, ownerFor(identity));
      return html`<div class="numbers">
${number("waiting", figures.queued)}
${number("running", figures.running)}
${number("oldest", ageText(figures.oldest))}
${number("ended in an hour", figures.endedLastHour)}
${number("succeeded", figures.succeeded)}
${number("failed", figures.failed)}
${number("cancelled", figures.canceled)}
</div>`;
    },
  },
  latency: {
    title: "Seconds by stage, last day",
    every: 10,
    async show(database, identity) {
      const rows = await latencyFigures(database, ownerFor(identity));
      return table(
        ["stage", "jobs", "median", "95 %"],
        rows.map(({ stage, jobs, median, p95 }) => [stage, jobs, median, p95]),
        "No job has succeeded yet",
      );
    },
  },
  cost: {
    title: "Cost by day",
    every: 10,
    async show(database, identity) {
      const rows = await costFigures(database, ownerFor(identity), 7);
      return table(
        ["day (UTC)", "jobs", "micros", "seconds", "teraflops"],
        rows.map(({ day, jobs, micros, seconds, flops }) => [
          day,
          jobs,
          micros,
          seconds,
          flops / 1e12,
        ]),
        "Nothing has cost anything yet",
      );
    },
  },
  workers: {
    title: "Workers",
    every: 2,
    isWide: true,
    isOperators: true,
    async show(database) {
      const workers = await presentWorkers(database);
      return table(
        ["host", "models", "job", "cores", "memory", "up", "heard"],
        workers.map((worker) => [
          `${worker.host}:${worker.pid}`,
          worker.models.join(", "),
          worker.job === null
            ? "idle"
            : html`<code>${worker.job.slice(-8)}</code>`,
          worker.cpu_share.toFixed(2),
          `${Math.round(worker.rss / 2 ** 20)} MiB`,
          since(worker.started_at),
          since(worker.heartbeat_at),
        ]),
        "No worker is there: deno task worker starts one",
      );
    },
  },
  jobs: {
    title: "Newest jobs",
    every: 2,
    isWide: true,
    async show(database, identity) {
      const rows = await newestJobs(database, ownerFor(identity), 10);
      return table(
        ["age", "status", "done", "prompt", "size", "cost", ""],
        rows.map((row) => jobCells(row, identity)),
        "There is no job yet",
      );
    },
  },
  videos: {
    title: "Last videos",
    every: 5,
    isWide: true,
    async show(database, identity) {
      const rows = await newestVideos(database, ownerFor(identity), 12);
      if (rows.length === 0) return html`<p class="quiet">None yet</p>`;
      return html`<div class="films">${
        rows.map(({ id, request }) =>
          html`
            <figure id="film-${id}">
              <video src="/dashboard/videos/${id}" autoplay loop muted
                playsinline></video>
              <figcaption>${request.prompt || "no prompt"}</figcaption>
            </figure>
          `
        )
      }</div>`;
    },
  },
  keys: {
    title: "Your keys",
    every: 10,
    isWide: true,
    async show(database, { owner, scopes }) {
      const rows = await keysOf(database, owner, { limit: 50, order: "desc" });
      const mayChange = scopes.includes("keys");
      return table(
        ["name", "ends with", "scopes", "last used", "state", ""],
        rows.map((key) => [
          key.name,
          html`<code>${key.last4}</code>`,
          key.scopes.join(", "),
          key.last_used_at === null ? "never" : since(key.last_used_at),
          key.revoked_at !== null
            ? "revoked"
            : key.expires_at === null
            ? "valid"
            : `until ${key.expires_at.toISOString().slice(0, 16)}`,
          mayChange && key.revoked_at === null
            ? button(`/dashboard/keys/${key.id}/revoke`, "Revoke")
            : "",
        ]),
        "There is no key",
      );
    },
  },
};

function jobCells(row: JobRow, identity: Identity): (string | number | Html)[] {
  const isOpen = row.status === "queued" || row.status === "running";
  const mayCancel = isOpen && row.owner === identity.owner &&
    identity.scopes.includes("write") && !row.cancel_requested;
  const { width, height, frames, prompt } = row.request;
  return [
    since(row.created_at),
    html`<span class="status-${row.status}">${row.status}</span> ${
      row.error?.code ?? ""
    }`,
    `${Math.round(row.progress * 100)} %`,
    html`<span class="prompt">${prompt || "no prompt"}</span>`,
    `${width}x${height}, ${frames}`,
    `${row.estimated_micros}`,
    mayCancel ? button(`/dashboard/jobs/${row.id}/cancel`, "Cancel") : "",
  ];
}

function button(action: string, label: string): Html {
  return html`<form method="post" action="${action}"><button>${label}</button></form>`;
}
