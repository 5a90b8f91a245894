import * as z from "zod";
import { SHIPPED } from "../generate/trained_models.ts";

/** Flags of `deno task pack`. */
export const packFlags = z.strictObject({
  run: z.string().min(1, "must not be empty").describe(
    "folder of a run with its VAE and at least one phase done",
  ),
  out: z.string().min(1, "must not be empty").default(SHIPPED).describe(
    "folder for the packed models",
  ),
});

/** The same, checked. */
export type PackOptions = z.infer<typeof packFlags>;
