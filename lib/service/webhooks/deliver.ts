import { type Selectable, sql } from "kysely";
import { Webhook } from "standardwebhooks";
import type { Database, DeliveryTable } from "../database/mod.ts";
import type { Log } from "../log.ts";
import type { Courier } from "./courier.ts";
import type { Message, Receipt } from "./send.ts";

/** A message that waits, and the secrets of its owner. */
type Delivery = Selectable<DeliveryTable> & {
  readonly webhook_secret: string | null;
  readonly old_secret: string | null;
};

/** Seconds before each further attempt: three days in all. */
const DELAYS = [5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600, 41 * 3600];

/** Messages that are sent at once. */
const BATCH = 10;

/**
 * Sends the webhooks that are due, each once at a time however many processes
 * call this, and plans further attempts for those that were not received.
 *
 * @param now Milliseconds since 1970.
 * @returns how many were sent, received or not
 */
export async function deliverWebhooks(
  database: Database,
  courier: Courier,
  log: Log,
  now: () => number,
): Promise<number> {
  const { rows } = await sql<Delivery>`
    with due as (
      update webhook_deliveries set attempts = attempts + 1,
        run_at = now() + interval '1 minute'
      where id in (select id from webhook_deliveries
        where delivered_at is null and failed_at is null and run_at <= now()
        order by run_at limit ${BATCH} for update skip locked)
      returning *)
    select due.*, u.webhook_secret,
      case when u.old_secret_until > now() then u.old_webhook_secret end as old_secret
    from due join users u on u.id = due.owner`.execute(database);
  await Promise.all(rows.map(async (delivery) => {
    const receipt = await courier(messageOf(delivery, now()));
    await noteReceipt(database, delivery, receipt);
    log.info("webhook", {
      delivery: delivery.id,
      job: delivery.job,
      attempt: delivery.attempts,
      ...receipt,
    });
  }));
  return rows.length;
}

/**
 * The message of a delivery, signed as Standard Webhooks says: by the secret,
 * and for a day also by the one before. Its time lets receivers refuse replays.
 */
function messageOf(delivery: Delivery, now: number): Message {
  const body = JSON.stringify(delivery.payload);
  const time = new Date(now);
  const signatures = [delivery.webhook_secret, delivery.old_secret]
    .filter((secret) => secret !== null)
    .map((secret) => new Webhook(secret).sign(delivery.id, time, body));
  return {
    url: delivery.url,
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": "aiprod",
      "webhook-id": delivery.id,
      "webhook-timestamp": String(Math.floor(now / 1000)),
      "webhook-signature": signatures.join(" "),
    },
  };
}

async function noteReceipt(
  database: Database,
  { id, attempts }: Delivery,
  receipt: Receipt,
): Promise<void> {
  const status = "status" in receipt ? receipt.status : 0;
  const received = status >= 200 && status < 300;
  const delay = status === 410 ? undefined : DELAYS[attempts - 1];
  await database.updateTable("webhook_deliveries").set(
    received ? { delivered_at: sql`now()`, last_error: null } : {
      last_error: "error" in receipt ? receipt.error : `status ${status}`,
      ...(delay === undefined
        ? { failed_at: sql`now()` }
        : { run_at: sql`now() + ${delay}::float8 * interval '1 second'` }),
    },
  ).where("id", "=", id).where("attempts", "=", attempts).execute();
}
