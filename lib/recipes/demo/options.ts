import * as z from "zod";
import { DEVICE_CHOICES } from "../../compiler/mod.ts";

/** Flags of `deno task demo`. */
export const demoFlags = z.strictObject({
  video: z.string().min(1, "must not be empty").optional().describe(
    "video file to learn; without it the project renders a clip of its own",
  ),
  caption: z.string().min(1, "must not be empty").optional().describe(
    "what the video shows; without it, its file name",
  ),
  out: z.string().min(1, "must not be empty").default("runs/demo").describe(
    "folder of the run; a run that was interrupted there goes on",
  ),
  device: z.enum(DEVICE_CHOICES, {
    error: `must be one of ${DEVICE_CHOICES.join(", ")}`,
  }).default("cpu").describe(
    "where to compute",
  ),
  preset: z.enum(["tiny", "nano"], { error: "must be tiny or nano" }).default(
    "nano",
  ).describe("size of the models; tiny only proves that everything runs"),
});

/** The same, checked. */
export type DemoOptions = z.infer<typeof demoFlags>;
