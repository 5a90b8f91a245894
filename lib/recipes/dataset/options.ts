import * as z from "zod";

const path = z.string().min(1, "must not be empty");

/** Flags of `deno task dataset check`. */
export const checkFlags = z.strictObject({
  run: path.default("runs/train").describe(
    "folder of a run with cached latents",
  ),
  vae: path.optional().describe("weights of its VAE, if they are not its own"),
  clips: z.coerce.number({ error: "must be a number" })
    .int("must be a whole number").min(1, "must be 1 or more").default(8)
    .describe("clips to show of each cache"),
});

/** The same, checked. */
export type CheckOptions = z.infer<typeof checkFlags>;
