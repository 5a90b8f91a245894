import * as z from "zod";
import { PHASES } from "../../dataset/vocabulary/mod.ts";
import { SHIPPED } from "../../pipeline/mod.ts";
import {
  deviceFlag,
  type Knobs,
  numberFlag,
  overwriteFlag,
  readKnobs,
  samplerFlag,
  textFlag,
  wholeNumber,
} from "../command_line/mod.ts";
import { languagesFlag } from "../languages.ts";
import { WEIGHTS_FOLDER, WORLD3D_WEIGHTS } from "../weights/catalogue.ts";
import { loraFilesFlag } from "../lora.ts";
import { modelFlag } from "../own_model.ts";

/** Where reports go, and beside it, with numbers, those of other evaluations. */
export const EVALUATION_FOLDER = "runs/evaluation";

/** Flags of `deno task evaluate`. */
export const evaluateFlags = z.strictObject({
  checkpoint: textFlag().default(SHIPPED).describe(
    "folder of trained models: packed ones, or a run, of which the last finished phase counts; or the weights of one phase",
  ),
  lora: loraFilesFlag.describe(
    "adapters that phases with --lora trained on the models of --checkpoint: FILE or FILE:SCALE; several add up",
  ),
  model: modelFlag,
  questions: z.enum(["auto", "video", "world"], {
    error: "must be auto, video or world",
  }).default("auto").describe(
    "what the model is asked: video takes held-out clips and captions of the run's own video, world those of the synthetic world; auto takes video for a run that has some",
  ),
  data: textFlag().optional().describe(
    "folder of ingested video whose held-out clips are the questions (default: the run's own)",
  ),
  trainingClips: wholeNumber(2).default(128).describe(
    "training clips of the run's video among which those nearest to the generated ones are looked for",
  ),
  everyPhase: z.boolean().default(false).describe(
    "also the earlier phases of a run, by their distances, in one figure",
  ),
  phases: z.string().regex(
    /^[1-5](,[1-5])*$/,
    "must be numbers from 1 to 5 with commas between",
  ).default(PHASES.join(",")).describe(
    "phases of the world whose held-out captions are the prompts",
  ),
  clips: wholeNumber(2).default(256).describe(
    "clips to generate in each phase, for distances, adherence and motion",
  ),
  heldOut: wholeNumber(1).default(64).describe(
    "clips of each phase for the reconstruction by the VAE and the held-out loss",
  ),
  geometry: wholeNumber(0).default(144).describe(
    "prompts of circles and squares going right, left, up or down, of each form, in English",
  ),
  languages: languagesFlag.default("all").describe(
    "languages of --per-language: tags with commas between, or all",
  ),
  perLanguage: wholeNumber(0).default(20).describe(
    "the same prompts in each language; 0 for none",
  ),
  perObject: wholeNumber(0).default(4).describe(
    "prompts of each of 50 kinds of objects; 0 for none",
  ),
  batch: wholeNumber(1, 4096).default(32).describe(
    "clips to generate at a time",
  ),
  sampler: samplerFlag.describe(
    "how each step is taken (default: the model's own, or unipc)",
  ),
  steps: wholeNumber(1, 10_000).default(20).describe("steps of the sampler"),
  guidance: numberFlag({ least: 0 }).optional().describe(
    "scale of classifier-free guidance; 1 is none (default: the model's own, or 4)",
  ),
  rescale: numberFlag({ least: 0, most: 1 }).default(0)
    .describe("share of the std added by guidance that is taken back"),
  fvd: z.boolean().default(false).describe(
    "also FVD, with imported I3D weights",
  ),
  seed: wholeNumber(0).default(1).describe("seed of the prompts and the noise"),
  out: textFlag().default(EVALUATION_FOLDER).describe(
    "folder for report.html and report.json; beside the default, another evaluation gets the next number",
  ),
  overwrite: overwriteFlag.describe("replace the report of another evaluation"),
  world3d: textFlag().default(WORLD3D_WEIGHTS).describe(
    "weights of the feature network world3d",
  ),
  weights: textFlag().default(WEIGHTS_FOLDER).describe(
    "folder of imported weights",
  ),
  cache: textFlag().default("runs/.feature_cache").describe(
    "folder of cached scores: a stopped evaluation goes on from it",
  ),
  device: deviceFlag,
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
 */
export function evaluateOptions(
  knobs: Knobs,
  flags: readonly string[],
): EvaluateOptions {
  return evaluateFlags.parse(readKnobs(notebookFlags, knobs, flags));
}
