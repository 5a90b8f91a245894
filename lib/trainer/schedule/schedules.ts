import * as z from "zod";
import type { LearningRateSchedule, OwnSchedule } from "./learning_rate.ts";

/** What a schedule knows of a stage. */
export interface ScheduleFrame {
  /** Highest learning rate. */
  readonly peak: number;
  /** Updates of the whole stage. */
  readonly totalSteps: number;
}

/** A learning rate schedule that a run can choose. */
export interface ScheduleKind<S> {
  /** What `--set schedule.NAME=VALUE` may set, each with a default. */
  readonly settings: z.ZodType<S>;
  scheduleOf(
    frame: ScheduleFrame,
    settings: S,
  ): LearningRateSchedule | OwnSchedule;
}

const fraction = (text: string) =>
  z.number("must be a number").min(0, "must be 0 or more")
    .max(1, "must be at most 1").describe(text);

const warmup = fraction("fraction of the updates in which the rate rises")
  .default(0.1);

const cosine: ScheduleKind<{ warmup: number; floor: number }> = {
  settings: z.strictObject({
    warmup,
    floor: fraction("last rate, a fraction of the peak").default(0.01),
  }),
  scheduleOf: ({ peak, totalSteps }, { warmup, floor }) => ({
    peak,
    warmupSteps: Math.round(totalSteps * warmup),
    totalSteps,
    floor: peak * floor,
  }),
};

const wsd: ScheduleKind<{ warmup: number; cooldown: number; floor: number }> = {
  settings: z.strictObject({
    warmup,
    cooldown: fraction("fraction of the updates in which the rate falls")
      .default(0.2),
    floor: fraction("last rate, a fraction of the peak").default(0),
  }),
  scheduleOf({ peak, totalSteps }, { warmup, cooldown, floor }) {
    const warmupSteps = Math.round(totalSteps * warmup);
    return {
      peak,
      warmupSteps,
      totalSteps,
      floor: peak * floor,
      cooldownSteps: Math.min(
        Math.round(totalSteps * cooldown),
        totalSteps - warmupSteps,
      ),
    };
  },
};

const constant: ScheduleKind<{ warmup: number }> = {
  settings: z.strictObject({ warmup }),
  scheduleOf: (frame, { warmup }) =>
    wsd.scheduleOf(frame, { warmup, cooldown: 0, floor: 1 }),
};

/** The schedules by their names. */
export const SCHEDULES = { cosine, wsd, constant } as const;

/** Name of a schedule. */
export type ScheduleName = keyof typeof SCHEDULES;
