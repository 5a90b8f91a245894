import * as z from "zod";
import { PRESET_NAMES } from "../presets.ts";

/** Flags of `deno task describe`. */
export const describeFlags = z.strictObject({
  preset: z.enum(PRESET_NAMES, {
    error: `must be one of ${PRESET_NAMES.join(", ")}`,
  }).default("base").describe("size of the models"),
  clip: z.string().regex(
    /^[1-9]\d{0,4}x[1-9]\d{0,4}x[1-9]\d{0,4}$/,
    "must be frames x height x width, such as 16x64x64",
  ).default("16x256x256").transform((text) => {
    const [frames, height, width] = text.split("x").map(Number);
    return { frames: frames!, height: height!, width: width! };
  }).describe("frames, height and width of the clip that costs are told for"),
  json: z.boolean().default(false).describe("print one JSON object"),
});

/** The same, checked. */
export type DescribeOptions = z.infer<typeof describeFlags>;
