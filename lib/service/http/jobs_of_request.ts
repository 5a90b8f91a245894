import { z } from "@hono/zod-openapi";
import {
  type CreatedJob,
  createJob,
  jobOf,
  type JobRefusal,
  type JobRow,
  priceOf,
} from "../jobs/mod.ts";
import { flopsOfRequest } from "../models/mod.ts";
import { currentTraceparent } from "../telemetry.ts";
import type { Ctx, Service } from "./context.ts";
import { Fault, fieldFault } from "./problem.ts";
import { checkedRequest, type GenerateBody } from "./request_schema.ts";

/** The header that makes a request safe to repeat. */
export const idempotencyHeader = z.object({
  "idempotency-key": z.string().regex(
    /^[\x21-\x7e]{1,255}$/,
    "must be 1 to 255 visible ASCII characters",
  ).optional(),
});

/** The cost of a job, and what it would be checked for, without making it. */
export function estimateOf(
  service: Service,
  body: GenerateBody,
): {
  readonly checked: ReturnType<typeof checkedRequest>;
  readonly estimate: { readonly flops: number; readonly micros: number };
} {
  const checked = checkedRequest(body, service);
  const flops = flopsOfRequest(checked.model, checked.request);
  return {
    checked,
    estimate: { flops, micros: priceOf(flops, service.microsPerTeraflop) },
  };
}

/**
 * Makes the job of a request, or finds the one of its Idempotency-Key.
 *
 * @throws {Fault} naming the field or the limit
 */
export async function jobOfRequest(
  c: Ctx,
  service: Service,
  body: GenerateBody,
  idempotencyKey: string | undefined,
): Promise<CreatedJob> {
  const { database, log, logPrompts, now } = service;
  const { owner, maxPriority } = c.get("identity");
  const { checked: { model, request }, estimate } = estimateOf(service, body);
  checkPriority(maxPriority, body.priority);
  const made = await createJob(database, {
    owner,
    model: model.name,
    request,
    priority: body.priority,
    webhookUrl: body.webhook_url,
    estimate,
    idempotencyKey,
    traceparent: currentTraceparent(),
  }, now());
  if ("refused" in made) throw faultOf(made);
  log.info("job created", {
    request: c.get("requestId"),
    job: made.row.id,
    user: owner,
    replayed: made.replayed,
    prompt: logPrompts ? request.prompt : undefined,
  });
  return made;
}

function checkPriority(most: number, priority: number): void {
  if (priority <= most) return;
  throw fieldFault(
    "priority",
    `must be at most ${most} for this user: current value is ${priority}`,
  );
}

function faultOf(refusal: JobRefusal): Fault {
  switch (refusal.refused) {
    case "key reused":
      return new Fault(
        422,
        "idempotency_key_reused",
        "Idempotency-Key: was used with another request; use a new one",
        { fields: [{ path: "idempotency-key", message: "was used before" }] },
      );
    case "too many unfinished":
      return new Fault(
        429,
        "too_many_jobs",
        `At most ${refusal.limit} jobs may wait or run; wait for one to end`,
        { headers: { "retry-after": "5" } },
      );
    case "quota":
      return new Fault(
        429,
        "insufficient_quota",
        `The job would cost more than what is left of this month: ` +
          `${refusal.leftMicros} micros`,
        { headers: { "x-should-retry": "false" } },
      );
  }
}

/** @throws {Fault} if the user has no such job; that of another is none */
export async function foundJob(
  c: Ctx,
  { database }: Service,
  id: string,
): Promise<JobRow> {
  const row = await jobOf(database, c.get("identity").owner, id);
  if (row !== undefined) return row;
  throw new Fault(404, "job_not_found", `There is no job "${id}"`);
}
