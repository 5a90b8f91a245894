import * as z from "zod";
import { numberFlag } from "../command_line/mod.ts";
import { trainFlags, type TrainOptions } from "../train/options.ts";

/** Stages that can be estimated: all, the VAE, the text encoder, a phase. */
export const SUBJECTS = [
  "all",
  "vae",
  "text",
  "1",
  "2",
  "3",
  "4",
  "5",
] as const;

/** The flags of training on which memory and time depend. */
const OF_TRAINING = {
  preset: true,
  backbone: true,
  device: true,
  batch: true,
  accumulation: true,
  optimiser: true,
  model: true,
  set: true,
  size: true,
  frames: true,
  recompute: true,
  averages: true,
  averageEvery: true,
  update: true,
  embeddings: true,
  gradientSums: true,
  gradientClipping: true,
  crop: true,
  lora: true,
} as const;

/** Flags of `deno task estimate`. */
export const estimateFlags = trainFlags.pick(OF_TRAINING).extend({
  phase: z.enum(SUBJECTS, { error: `must be one of ${SUBJECTS.join(", ")}` })
    .default("all").describe(
      "phase, vae or text for the memory of one stage by purpose; all for a table of the curriculum",
    ),
  memory: numberFlag({ above: 0 }).default(8).describe(
    "GB of the device; on the CPU of the process",
  ),
  hostMemory: numberFlag({ above: 0 }).default(12).describe(
    "GB of the process beside a card",
  ),
  speed: numberFlag({ above: 0 }).optional().describe(
    "GFLOP/s of the device in a matrix product, for the time (default: measured, where the device is present)",
  ),
  measure: z.boolean().default(false).describe(
    "train three updates first and print their memory and time (one stage, on the CPU or a card in software)",
  ),
  json: z.boolean().default(false).describe("print JSON"),
});

/** Validated flags. */
export type EstimateOptions = z.infer<typeof estimateFlags>;

/** The options of training behind those of an estimate. */
export function trainOptionsOf(options: EstimateOptions): TrainOptions {
  const names = Object.keys(OF_TRAINING) as (keyof typeof OF_TRAINING)[];
  return trainFlags.parse(
    Object.fromEntries(
      names.filter((name) => options[name] !== undefined)
        .map((name) => [name, options[name]]),
    ),
  );
}
