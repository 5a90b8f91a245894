import * as z from "zod";
import { DEVICE_CHOICES } from "../../compiler/mod.ts";

const whole = (least: number): z.ZodCoercedNumber => {
  const error = `must be a whole number from ${least}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error });
};

/** Flags of `deno task world3d`. */
export const world3dFlags = z.strictObject({
  out: z.string().min(1, "must not be empty").default("runs/world3d").describe(
    "folder of the run; a run that was interrupted there goes on",
  ),
  appearanceSteps: whole(1).default(5600).describe(
    "training steps of 128 pictures, for what is there",
  ),
  motionSteps: whole(1).default(1500).describe(
    "training steps of 32 clips, for how it moves",
  ),
  heldOut: whole(1).default(2000).describe(
    "clips of each phase on which the accuracy is measured",
  ),
  export: z.string().min(1, "must not be empty").default("checkpoints/world3d")
    .describe("folder for the finished weights and their card"),
  device: z.enum(DEVICE_CHOICES, {
    error: `must be one of ${DEVICE_CHOICES.join(", ")}`,
  }).default("cpu").describe("where to compute"),
  threads: whole(1).optional().describe(
    "threads of the CPU; all of them when left out",
  ),
});

/** The same, checked. */
export type World3dOptions = z.infer<typeof world3dFlags>;
