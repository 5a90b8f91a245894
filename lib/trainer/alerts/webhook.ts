import type { Alert, AlertChannel } from "./alert.ts";
import type { WebhookConfig } from "./config.ts";

/** Milliseconds after which a server that does not answer is given up. */
const TIMEOUT = 10_000;

/**
 * Posts alerts as JSON. Beside the fields of the alert there is `text`, which
 * chat programs show as they are.
 *
 * @param post Sends a request; what tests put another in place of.
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
