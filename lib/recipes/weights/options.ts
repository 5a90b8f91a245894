import * as z from "zod";
import { WEIGHTS_FOLDER } from "./catalogue.ts";

/** Words and flags of `deno task weights`. */
export const weightsFlags = z.strictObject({
  words: z.array(z.string()).min(1, "must begin with list or import").describe(
    "list, or import i3d FILE, or import lpips TRUNK_FILE HEADS_FILE",
  ),
  folder: z.string().min(1, "must not be empty").default(WEIGHTS_FOLDER)
    .describe("where converted weights lie"),
  anyHash: z.boolean().default(false).describe(
    "take files whose hash is not the published one; results carry their own",
  ),
});

/** The same, checked. */
export type WeightsOptions = z.infer<typeof weightsFlags>;
