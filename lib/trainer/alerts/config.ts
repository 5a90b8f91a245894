import * as z from "zod";
import { InputError } from "../../core/mod.ts";
import { parseJson } from "../../formats/text/mod.ts";
import type { AlertChannel } from "./alert.ts";
import { emailChannel, webhookChannel } from "./channels.ts";

const emailSchema = z.strictObject({
  smtp: z.string().regex(/^smtps?:\/\//, "must begin with smtp:// or smtps://")
    .describe(
      "SMTP server with user and password: smtps://me:secret@example.org",
    ),
  from: z.string().min(1, "must not be empty").describe("sender"),
  to: z.string().min(1, "must not be empty").describe(
    "receivers, separated by commas",
  ),
});

const webhookSchema = z.strictObject({
  url: z.string().regex(/^https?:\/\//, "must begin with http:// or https://")
    .describe("address to which alerts are posted as JSON"),
  headers: z.record(z.string(), z.string()).optional().describe(
    "additional headers, such as authorization",
  ),
});

/** Receivers of alerts, as a JSON file. */
export const alertConfigSchema = z.strictObject({
  email: emailSchema.optional(),
  webhook: webhookSchema.optional(),
});

export type EmailConfig = z.infer<typeof emailSchema>;
export type WebhookConfig = z.infer<typeof webhookSchema>;
/** Validated receivers of alerts. */
export type AlertConfig = z.infer<typeof alertConfigSchema>;

/** Environment variables, read without a file. */
const VARIABLES = {
  smtp: "ALERT_SMTP",
  from: "ALERT_FROM",
  to: "ALERT_TO",
  url: "ALERT_WEBHOOK",
} as const;

/**
 * Reads the receivers of alerts from a JSON file or, without one, from the
 * environment variables `ALERT_SMTP`, `ALERT_FROM`, `ALERT_TO` and
 * `ALERT_WEBHOOK`.
 *
 * @param text Content of the file; undefined without one.
 * @param file Its name, for messages.
 * @throws {InputError} naming the field or variable
 */
export function readAlertConfig(
  text: string | undefined,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): AlertConfig {
  if (text !== undefined) return checked(parseJson(text, file), `"${file}"`);
  const { smtp, from, to, url } = Object.fromEntries(
    Object.entries(VARIABLES).map((
      [name, variable],
    ) => [name, environment[variable]]),
  );
  return checked({
    ...((smtp ?? from ?? to) !== undefined && { email: { smtp, from, to } }),
    ...(url !== undefined && { webhook: { url } }),
  }, "the variables ALERT_*");
}

/** The channels of a configuration. */
export function alertChannels({ email, webhook }: AlertConfig): AlertChannel[] {
  return [
    ...(email ? [emailChannel(email)] : []),
    ...(webhook ? [webhookChannel(webhook)] : []),
  ];
}

function checked(value: unknown, origin: string): AlertConfig {
  const result = alertConfigSchema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new InputError(
    `Cannot read alerts from ${origin}: ${path.join(".") || "it"}: ${message}`,
  );
}
