import {
  type AlertChannel,
  alertChannels,
  readAlertConfig,
} from "../../trainer/alerts/mod.ts";
import type { TrainOptions } from "./options.ts";
import { readText } from "./config_file.ts";

/**
 * Whom the user wants to be told what happens to a run.
 *
 * @param environment Variables, of which those that begin with `ALERT_` count.
 * @throws {InputError} if the file of `alerts` cannot be used
 *
 * @example
 * ```ts
 * import { channelsOf } from "lib/recipes/train/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await channelsOf({ alerts: undefined }, {}), []);
 * ```
 */
export async function channelsOf(
  { alerts }: Pick<TrainOptions, "alerts">,
  environment: Record<string, string>,
): Promise<AlertChannel[]> {
  const text = alerts === undefined ? undefined : await readText(alerts);
  return alertChannels(readAlertConfig(text, alerts ?? "", environment));
}
