import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Database } from "../database/mod.ts";
import type { Identity } from "../keys/mod.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/mod.ts";
import type { Catalogue } from "../models/mod.ts";
import type { VideoStore } from "../videos/mod.ts";
import type { WebhookRule } from "../webhooks/mod.ts";
import type { JobWatch } from "./job_watch.ts";

/** What the routes of the service work with. */
export interface Service {
  readonly database: Database;
  readonly videos: VideoStore;
  readonly catalogue: Catalogue;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Watches jobs for streams of events. */
  readonly watch: JobWatch;
  /** Which addresses webhooks may have. */
  readonly webhooks: WebhookRule;
  readonly microsPerTeraflop: number;
  /** Aborted once the service stops: streams end, readiness fails. */
  readonly stopping: AbortSignal;
  /** Whether the log may hold prompts. */
  readonly logPrompts: boolean;
  /** Folder in which trainings write their runs. */
  readonly runs: string;
  /** Milliseconds that the body of a request may take. */
  readonly bodyTime: number;
  /** Milliseconds that any download may take, however slow it is. */
  readonly downloadTime: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What the handlers of one request share. */
export interface Env {
  Variables: {
    requestId: string;
    identity: Identity;
    /** A content security policy in the place of that of all pages. */
    contentSecurity?: string;
  };
}

/** The service as routes. */
export type App = OpenAPIHono<Env>;
export type Ctx = Context<Env>;
