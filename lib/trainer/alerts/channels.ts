import type { Alert, AlertChannel } from "./alert.ts";
import type { EmailConfig, WebhookConfig } from "./config.ts";

/** The part of a mail transport that is used; tests replace it. */
export interface MailTransport {
  sendMail(mail: {
    from: string;
    to: string;
    subject: string;
    text: string;
  }): Promise<unknown>;
}

/**
 * Sends alerts by e-mail, over any SMTP server.
 *
 * @param transport Default: the server of the configuration.
 */
export function emailChannel(
  { smtp, from, to }: EmailConfig,
  transport?: MailTransport,
): AlertChannel {
  return {
    name: "e-mail",
    async send(alert: Alert) {
      const mail = transport ?? await transportTo(smtp);
      await mail.sendMail({
        from,
        to,
        subject: `[${alert.kind}] ${alert.title}`,
        text: `${alert.text}\n\nRun: ${alert.run}\nTime: ${alert.time}\n`,
      });
    },
  };
}

/** Imports nodemailer with the first mail: most runs send none. */
async function transportTo(smtp: string): Promise<MailTransport> {
  // @ts-types="@types/nodemailer"
  const { createTransport } = await import("nodemailer");
  return createTransport(smtp);
}

/** Milliseconds after which a request is aborted. */
const TIMEOUT = 10_000;

/**
 * Posts alerts as JSON. The field `text` holds title and text, for chat
 * programs, which display it.
 *
 * @param post Sends a request; tests replace it.
 */
export function webhookChannel(
  { url, headers = {} }: WebhookConfig,
  post: typeof fetch = fetch,
): AlertChannel {
  return {
    name: "webhook",
    async send(alert: Alert) {
      const response = await post(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({
          ...alert,
          text: `${alert.title}\n${alert.text}`,
        }),
        signal: AbortSignal.timeout(TIMEOUT),
      });
      await response.body?.cancel();
      if (response.ok) return;
      throw new Error(`the server answered ${response.status}`);
    },
  };
}
