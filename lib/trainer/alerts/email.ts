import type { Alert, AlertChannel } from "./alert.ts";
import type { EmailConfig } from "./config.ts";

/** The part of a mail transport that is used: what tests put another in place of. */
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
 * @param transport In place of the server's own.
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

/** Loaded when the first mail is sent: most runs send none. */
async function transportTo(smtp: string): Promise<MailTransport> {
  // @ts-types="@types/nodemailer"
  const { createTransport } = await import("nodemailer");
  return createTransport(smtp);
}
