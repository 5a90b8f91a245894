import * as z from "zod";
import { DEVICE_CHOICES } from "../../compiler/mod.ts";
import { PHASES } from "../../dataset/vocabulary/mod.ts";
import { WEIGHTS_FOLDER, WORLD3D_WEIGHTS } from "../weights/catalogue.ts";

const whole = (least: number): z.ZodCoercedNumber => {
  const error = `must be a whole number from ${least}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error });
};

/** Flags of `deno task evaluate`. */
export const evaluateFlags = z.strictObject({
  checkpoint: z.string({ error: "must name a run folder or its weights" })
    .min(1, "must not be empty").describe(
      "folder of a training run, whose latest phase is taken, or the weights of one phase in it",
    ),
  everyPhase: z.boolean().default(false).describe(
    "evaluate every phase of the run, and compare them in one figure",
  ),
  clips: whole(2).default(256).describe("clips that are generated"),
  phase: z.coerce.number().pipe(z.literal([...PHASES], {
    error: `must be one of ${PHASES.join(", ")}`,
  })).optional().describe(
    "phase of the world whose held-out captions are the prompts; without it, that of the checkpoint",
  ),
  languages: z.string().min(1, "must not be empty").default("en").describe(
    "languages of the prompts, in turn: tags with commas between, or all",
  ),
  steps: whole(1).default(30).describe("steps of the sampler"),
  guidance: z.coerce.number({ error: "must be a number from 0" }).min(
    0,
    "must be a number from 0",
  ).default(3).describe("how strongly the prompts steer"),
  fvd: z.boolean().default(false).describe(
    "also FVD, with imported I3D weights",
  ),
  seed: whole(0).default(1).describe("of the prompts and the noise"),
  out: z.string().min(1, "must not be empty").default("runs/evaluation")
    .describe("folder for report.html and report.json"),
  world3d: z.string().min(1, "must not be empty").default(WORLD3D_WEIGHTS)
    .describe("weights of the feature network"),
  weights: z.string().min(1, "must not be empty").default(WEIGHTS_FOLDER)
    .describe("where converted weights lie"),
  cache: z.string().min(1, "must not be empty").default("runs/.feature_cache")
    .describe("where what is known of real clips is kept"),
  device: z.enum(DEVICE_CHOICES, {
    error: `must be one of ${DEVICE_CHOICES.join(", ")}`,
  }).default("cpu").describe("where to compute"),
  json: z.boolean().default(false).describe("print the report as JSON"),
});

/** The same, checked. */
export type EvaluateOptions = z.infer<typeof evaluateFlags>;
