import * as z from "zod";
import {
  deviceFlag,
  type Knobs,
  readKnobs,
  textFlag,
} from "../command_line/mod.ts";

/** Flags of `deno task demo`. */
export const demoFlags = z.strictObject({
  video: textFlag().optional().describe(
    "video file to learn; without it the project renders a clip of its own",
  ),
  caption: textFlag().optional().describe(
    "what the video shows; without it, its file name",
  ),
  out: textFlag().default("runs/demo").describe(
    "folder of the run; a run that was interrupted there goes on",
  ),
  device: deviceFlag,
  preset: z.enum(["tiny", "nano"], { error: "must be tiny or nano" }).default(
    "nano",
  ).describe("size of the models; tiny only proves that everything runs"),
});

/** The same, checked. */
export type DemoOptions = z.infer<typeof demoFlags>;

/**
 * The options of the notebook: its knobs are flags of the command.
 *
 * @throws {InputError} naming the flag
 */
export function demoOptions(knobs: Knobs): DemoOptions {
  return readKnobs(demoFlags, knobs, []);
}
