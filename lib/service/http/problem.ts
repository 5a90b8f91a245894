import { z } from "@hono/zod-openapi";

/** Statuses of refusals and errors, with their titles and the types of the `openai` client. */
const KINDS = {
  400: ["Bad request", "invalid_request_error"],
  401: ["Not authenticated", "authentication_error"],
  403: ["Not allowed", "permission_error"],
  404: ["Not found", "invalid_request_error"],
  408: ["Request timed out", "invalid_request_error"],
  409: ["Conflict", "invalid_request_error"],
  413: ["Too large", "invalid_request_error"],
  415: ["Unsupported media type", "invalid_request_error"],
  416: ["Range not satisfiable", "invalid_request_error"],
  422: ["Not valid", "invalid_request_error"],
  429: ["Too many requests", "rate_limit_error"],
  500: ["Internal error", "server_error"],
  503: ["Not ready", "server_error"],
} as const;

/** A status of a refusal or an error. */
export type FaultStatus = keyof typeof KINDS;

/** A status that this service answers with; 400 in the place of any other. */
export function faultStatus(status: number): FaultStatus {
  return Object.hasOwn(KINDS, status) ? status as FaultStatus : 400;
}

/** A field and what is wrong with it. */
export interface FieldProblem {
  /** `prompt`, or `size.0` within it. */
  readonly path: string;
  readonly message: string;
}

/** A request that is not fulfilled, and what the client is told of it. */
export class Fault extends Error {
  override readonly name = "Fault";

  /**
   * @param code Machine-readable.
   * @param message A sentence that names the field, if there is one.
   */
  constructor(
    readonly status: FaultStatus,
    readonly code: string,
    message: string,
    readonly details: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly fields?: readonly FieldProblem[];
    } = {},
  ) {
    super(message);
  }
}

/** A fault of one field of a valid form. */
export function fieldFault(field: string, message: string): Fault {
  return new Fault(422, "invalid_parameter", `${field}: ${message}`, {
    fields: [{ path: field, message }],
  });
}

/**
 * The body of a refusal or an error: problem details (RFC 9457), with a member
 * `error` that the `openai` client reads.
 */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().openapi({ description: "id of the request" }),
  errors: z.array(z.object({ path: z.string(), message: z.string() }))
    .optional().openapi({ description: "the fields that break a rule" }),
  error: z.object({
    message: z.string(),
    type: z.string(),
    code: z.string(),
    param: z.string().nullable(),
  }),
}).openapi("Problem");

/** Statuses that a client may try again: the others tell the `openai` client not to. */
const RETRIES: ReadonlySet<FaultStatus> = new Set([408, 429, 500, 503]);

/** The answer that tells a client of a fault. */
export function problemResponse(fault: Fault, requestId: string): Response {
  const { status, code, message, details } = fault;
  const [title, type] = KINDS[status];
  const body: z.infer<typeof problemSchema> = {
    type: `urn:aiprod:error:${code}`,
    title,
    status,
    detail: message,
    instance: requestId,
    ...(details.fields && { errors: [...details.fields] }),
    error: { message, type, code, param: details.fields?.[0]?.path ?? null },
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "x-request-id": requestId,
      ...(!RETRIES.has(status) && { "x-should-retry": "false" }),
      ...details.headers,
    },
  });
}
