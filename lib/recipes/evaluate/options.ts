import * as z from "zod";
import { DEVICE_CHOICES } from "../../compiler/mod.ts";
import { PHASES } from "../../dataset/vocabulary/mod.ts";
import { type SolverName, SOLVERS } from "../../models/diffusion/mod.ts";
import { type Knobs, readKnobs } from "../command_line/mod.ts";
import { SHIPPED } from "../../pipeline/mod.ts";
import { WEIGHTS_FOLDER, WORLD3D_WEIGHTS } from "../weights/catalogue.ts";

const whole = (least: number): z.ZodCoercedNumber => {
  const error = `must be a whole number from ${least}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error });
};

const number = z.coerce.number({ error: "must be a number" });
const SAMPLERS = Object.keys(SOLVERS) as [SolverName, ...SolverName[]];

/** Flags of `deno task evaluate`. */
export const evaluateFlags = z.strictObject({
  checkpoint: z.string().min(1, "must not be empty").default(SHIPPED).describe(
    "folder of trained models: shipped ones or a run's, of which the last phase that is done counts; or the weights of one phase",
  ),
  everyPhase: z.boolean().default(false).describe(
    "also the earlier phases of a run, by their distances, to compare them in one figure",
  ),
  phases: z.string().regex(
    /^[1-5](,[1-5])*$/,
    "must be numbers from 1 to 5 with commas between",
  ).default(PHASES.join(",")).describe(
    "phases of the world whose held-out captions are the prompts",
  ),
  clips: whole(2).default(256).describe(
    "clips that are drawn in each phase, for distances and adherence",
  ),
  heldOut: whole(1).default(64).describe(
    "clips of each phase that go through the VAE, and whose loss is measured",
  ),
  geometry: whole(0).default(144).describe(
    "circles and squares going right, left, up or down, by each form of the prompt, in English",
  ),
  languages: z.string().min(1, "must not be empty").default("all").describe(
    "languages of --per-language: tags with commas between, or all",
  ),
  perLanguage: whole(0).default(20).describe(
    "the same in each language; 0 for none",
  ),
  perObject: whole(0).default(4).describe(
    "clips of each of 50 kinds of objects; 0 for none",
  ),
  batch: whole(1).default(32).describe("clips that are drawn at a time"),
  sampler: z.enum(SAMPLERS, { error: `must be one of ${SAMPLERS.join(", ")}` })
    .default("heun").describe("how each step is taken"),
  steps: whole(1).default(30).describe("steps of the sampler"),
  guidance: number.min(0, "must be 0 or more").default(4).describe(
    "how strongly the prompts steer; 1 is as trained",
  ),
  rescale: number.min(0, "must be 0 to 1").max(1, "must be 0 to 1").default(0)
    .describe("how much of the contrast that guidance adds is taken back"),
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
    .describe(
      "where what was found is kept: a stopped evaluation goes on from it",
    ),
  device: z.enum(DEVICE_CHOICES, {
    error: `must be one of ${DEVICE_CHOICES.join(", ")}`,
  }).default("cpu").describe("where to compute"),
  json: z.boolean().default(false).describe("print the report as JSON"),
});

/** Flags that the notebook takes. */
export const notebookFlags = evaluateFlags.omit({ json: true });

/** The same, checked. */
export type EvaluateOptions = z.infer<typeof evaluateFlags>;

/**
 * The options of the notebook: its knobs, and any other flag of the command as
 * it would be typed.
 *
 * @throws {InputError} naming the flag
 *
 * @example
 * ```ts
 * import { evaluateOptions } from "lib/recipes/evaluate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { clips, steps } = evaluateOptions({ clips: 16 }, ["--steps=4"]);
 * assert.deepEqual([clips, steps], [16, 4]);
 * ```
 */
export function evaluateOptions(
  knobs: Knobs,
  flags: readonly string[],
): EvaluateOptions {
  return evaluateFlags.parse(readKnobs(notebookFlags, knobs, flags));
}
