import type * as z from "zod";
import { wholeNumber } from "../command_line/mod.ts";
import { commonFlags } from "../serve/options.ts";

/** The flags of `deno task worker`. */
export const workerFlags = commonFlags.extend({
  metricsPort: wholeNumber(0, 65535).default(0)
    .describe("port of 127.0.0.1 for Prometheus; 0 for none"),
});

/** The same, checked. */
export type WorkerFlags = z.infer<typeof workerFlags>;
