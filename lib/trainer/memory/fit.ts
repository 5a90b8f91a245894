import type { StagePlan } from "../stages/stage_plan.ts";
import type { Stage } from "../stages/stages.ts";
import type { Estimate } from "./estimate.ts";

/** How a stage may be trained; the updates are the same for all settings. */
export interface Setting {
  readonly batch: number;
  readonly accumulation: number;
  readonly recompute: boolean;
}

/** A setting and what it takes. */
export interface Choice {
  readonly setting: Setting;
  readonly estimate: Estimate;
}

/**
 * Settings that take less and less memory, the one that was asked for first:
 * blocks are recomputed, where there are any, which costs a third more
 * arithmetic; then the batch is halved again and again, which costs nothing
 * but leaves less work to do at once.
 */
export function settingsOf(
  stage: Stage,
  { batch, accumulation }: StagePlan,
  recompute: boolean,
): Setting[] {
  const asked = { batch, accumulation, recompute };
  const settings: Setting[] = [asked];
  const again = stage !== "vae";
  if (again && !recompute) settings.push({ ...asked, recompute: true });
  for (let parts = 2; parts <= batch; parts *= 2) {
    if (batch % parts !== 0) break;
    settings.push({
      batch: batch / parts,
      accumulation: accumulation * parts,
      recompute: recompute || again,
    });
  }
  return settings;
}

/**
 * Finds the first setting that fits.
 *
 * @returns all that were looked at, in order; the last one fits, if any does.
 */
export function firstThatFits(
  settings: readonly Setting[],
  limitBytes: number,
  estimateOf: (setting: Setting) => Estimate,
): Choice[] {
  const choices: Choice[] = [];
  for (const setting of settings) {
    const estimate = estimateOf(setting);
    choices.push({ setting, estimate });
    if (estimate.peakBytes <= limitBytes) break;
  }
  return choices;
}
