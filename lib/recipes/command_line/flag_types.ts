import * as z from "zod";
// The front door would load TensorFlow.js for commands that compute nothing.
import { DEVICE_CHOICES } from "../../compiler/device/device.ts";

/** A flag that takes a whole number of at least `least`. */
export function wholeNumber(least: number): z.ZodCoercedNumber {
  const error = `must be a whole number from ${least}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error });
}

/** A flag that takes a text that is not empty: a path, a name. */
export function textFlag(): z.ZodString {
  return z.string().min(1, "must not be empty");
}

/** The flag `--device` of commands that compute. */
export const deviceFlag = z.enum(DEVICE_CHOICES, {
  error: `must be one of ${DEVICE_CHOICES.join(", ")}`,
}).default("cpu").describe("where to compute");
