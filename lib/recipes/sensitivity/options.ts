import * as z from "zod";
import { DEVICE_CHOICES } from "../../compiler/mod.ts";
import { WORLD3D_WEIGHTS } from "../weights/catalogue.ts";

const whole = (least: number): z.ZodCoercedNumber => {
  const error = `must be a whole number from ${least}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error });
};

/** Flags of `deno task sensitivity`. */
export const sensitivityFlags = z.strictObject({
  clips: whole(2).default(512).describe("clips of each of the two sets"),
  out: z.string().regex(/\.png$/, "must end in .png").default(
    "docs/fwd_sensitivity.png",
  ).describe("picture of the curves"),
  world3d: z.string().min(1, "must not be empty").default(WORLD3D_WEIGHTS)
    .describe("weights of the feature network"),
  device: z.enum(DEVICE_CHOICES, {
    error: `must be one of ${DEVICE_CHOICES.join(", ")}`,
  }).default("cpu").describe("where to compute"),
  json: z.boolean().default(false).describe("print the values as JSON"),
});

/** The same, checked. */
export type SensitivityOptions = z.infer<typeof sensitivityFlags>;
