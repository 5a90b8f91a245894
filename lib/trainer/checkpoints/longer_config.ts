import * as z from "zod";
import { firstDifference } from "../../core/mod.ts";
import { lengthOf, stagePlanSchema } from "../stages/stage_plan.ts";

/** The fields of a stage's configuration that say how long it trains. */
const lengthSchema = z.object({
  plan: stagePlanSchema,
  maxSteps: z.int().optional(),
  schedule: z.string().optional(),
  scheduleSettings: z.unknown().optional(),
});

/**
 * Whether a configuration differs from an earlier one in its length alone and
 * trains at least as long: more epochs, or a higher limit of updates. A limit
 * also limits the samples of an epoch, which then grow with it. After a constant
 * learning rate any schedule may follow, such as the cooldown of WSD.
 *
 * @param before Of a stage that was trained to its end.
 *
 * @example
 * ```ts
 * import { isLongerConfig } from "lib/trainer/checkpoints/longer_config.ts";
 * import assert from "node:assert/strict";
 *
 * const plan = { epochs: 2, batch: 4, accumulation: 1, learningRate: 1e-3,
 *   samples: 40, width: 16, height: 16, frames: 8, fps: 8 };
 * assert.ok(isLongerConfig({ plan }, { plan: { ...plan, epochs: 3 } }));
 * assert.ok(!isLongerConfig({ plan }, { plan: { ...plan, epochs: 1 } }));
 * ```
 */
export function isLongerConfig(before: unknown, after: unknown): boolean {
  const [old, now] = [before, after].map((config) =>
    lengthSchema.safeParse(config).data
  );
  if (old === undefined || now === undefined) return false;
  const limited = (old.maxSteps ?? Infinity) * old.plan.batch *
    old.plan.accumulation;
  const hasOldSamples = now.plan.samples === old.plan.samples ||
    (old.plan.samples === limited && now.plan.samples > limited);
  const { maxSteps, plan: { epochs, samples } } = now;
  const lengthened = {
    ...before as object,
    maxSteps,
    plan: { ...old.plan, epochs, samples },
    ...(old.schedule === "constant" && {
      schedule: now.schedule,
      scheduleSettings: now.scheduleSettings,
    }),
  };
  return hasOldSamples && updatesIn(old) <= updatesIn(now) &&
    firstDifference(JSON.parse(JSON.stringify(lengthened)), after) ===
      undefined;
}

function updatesIn({ plan, maxSteps }: z.infer<typeof lengthSchema>): number {
  return lengthOf(plan, maxSteps);
}

/** Whether a checkpoint is the end of a stage of a configuration. */
export function isEndOf(config: unknown, step: number): boolean {
  const length = lengthSchema.safeParse(config).data;
  return length !== undefined && updatesIn(length) === step;
}
