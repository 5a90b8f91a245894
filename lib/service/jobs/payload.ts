import type { JobRow } from "./read.ts";

/** What a webhook tells: which job, and how it ended. No prompt: a receiver reads the job. */
export interface WebhookPayload {
  readonly type: `job.${JobRow["status"]}`;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: {
    readonly id: string;
    readonly object: "job";
    readonly status: JobRow["status"];
    readonly model: string;
    readonly error: JobRow["error"];
  };
}

/** The message about a job that has ended. */
export function webhookPayload(row: JobRow): WebhookPayload {
  return {
    type: `job.${row.status}`,
    timestamp: (row.finished_at ?? row.created_at).toISOString(),
    data: {
      id: row.id,
      object: "job",
      status: row.status,
      model: row.model,
      error: row.error,
    },
  };
}
