import * as z from "zod";
import { SHIPPED } from "../../pipeline/mod.ts";

/** Flags of `deno task pack`. */
export const packFlags = z.strictObject({
  run: z.string().min(1, "must not be empty").describe(
    "folder of a run with its VAE and at least one phase done",
  ),
  before: z.string().min(1, "must not be empty").optional().describe(
    "folder of the models that the run was trained on from; what is packed lies between them and the run's",
  ),
  share: z.coerce.number({ error: "must be a number" })
    .min(0, "must be 0 or more").max(1, "must be at most 1").default(0.5)
    .describe("how far from those of --before to those of the run"),
  out: z.string().min(1, "must not be empty").default(SHIPPED).describe(
    "folder for the packed models",
  ),
});

/** The same, checked. */
export type PackOptions = z.infer<typeof packFlags>;
