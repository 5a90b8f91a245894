/** Events that send an alert. */
export type AlertKind =
  | "finished"
  | "failed"
  | "not-a-number"
  | "disk-low"
  | "gpu-memory-high";

/** An event of a run. */
export interface Alert {
  readonly kind: AlertKind;
  /** One line. */
  readonly title: string;
  /** Details. */
  readonly text: string;
  /** The run's folder. */
  readonly run: string;
  /** ISO 8601. */
  readonly time: string;
}

/** Delivers alerts. */
export interface AlertChannel {
  /** For messages: `e-mail`. */
  readonly name: string;
  /** @throws if it cannot be delivered */
  send(alert: Alert): Promise<void>;
}

const ATTEMPTS = 3;
const PAUSE = 1000;

/**
 * Sends an alert by every channel, with three attempts each. A channel that
 * fails never stops a run.
 *
 * @param wait Waits for some milliseconds.
 * @returns one line for each channel that failed.
 */
export async function sendAlert(
  alert: Alert,
  channels: readonly AlertChannel[],
  wait: (milliseconds: number) => Promise<void>,
): Promise<string[]> {
  const failures = await Promise.all(channels.map(async (channel) => {
    for (let attempt = 1;; attempt++) {
      try {
        await channel.send(alert);
        return undefined;
      } catch (error) {
        if (attempt === ATTEMPTS) {
          return `Cannot send "${alert.title}" by ${channel.name}: ` +
            (error instanceof Error ? error.message : String(error));
        }
        await wait(PAUSE * attempt);
      }
    }
  }));
  return failures.filter((failure) => failure !== undefined);
}
