import * as z from "zod";
import { DEVICE_CHOICES } from "../../compiler/mod.ts";
import { type StagePlan, stagePlanSchema } from "../../trainer/mod.ts";
import { PRESET_NAMES } from "../presets.ts";

const path = z.string().min(1, "must not be empty");
const count = z.coerce.number({ error: "must be a number" })
  .int("must be a whole number");
const phase = count.min(1, "must be 1 to 5").max(5, "must be 1 to 5");
const plan = stagePlanSchema.shape;

/** A field of a plan as a flag: text from a command line is read as a number. */
function overriding(
  name: keyof StagePlan,
): z.ZodOptional<z.ZodCoercedNumber> {
  const field = plan[name];
  return z.coerce.number({ error: "must be a number" })
    .superRefine((value, context) => {
      const issue = field.safeParse(value).error?.issues[0];
      if (issue) context.addIssue({ code: "custom", message: issue.message });
    }).optional().describe(
      `${field.description}, in place of the curriculum's`,
    );
}

/**
 * Flags of `deno task vae`, `text`, `phase1` to `phase5` and `train`, and knobs
 * of their notebooks.
 */
export const trainFlags = z.strictObject({
  preset: z.enum(PRESET_NAMES, {
    error: `must be one of ${PRESET_NAMES.join(", ")}`,
  }).default("nano").describe("size of the models"),
  backbone: z.enum(["hybrid", "pure", "no-word-embeddings"], {
    error: ({ input }) =>
      input === "wordless"
        ? "wordless is now no-word-embeddings"
        : "must be hybrid, pure or no-word-embeddings",
  }).default("hybrid").describe(
    "hybrid: attention and convolution in turn; pure: a Transformer as deep and as wide; no-word-embeddings: hybrid without word embeddings of its own; both are baselines",
  ),
  run: path.default("runs/train").describe(
    "folder of the run; a run that was interrupted there goes on",
  ),
  device: z.enum(DEVICE_CHOICES, {
    error: `must be one of ${DEVICE_CHOICES.join(", ")}`,
  }).default("cpu").describe("where to compute"),
  data: path.optional().describe(
    "manifest or folder of ingested video, mixed with the synthetic world; without it, the synthetic world alone",
  ),
  languages: path.default("all").describe(
    "languages of the captions, BCP 47 tags with commas, or all; English comes up in a quarter of them",
  ),
  vae: path.optional().describe(
    "weights of a trained VAE, in place of the run's own",
  ),
  freezeEncoder: path.optional().describe(
    "weights of a trained VAE: stage vae trains its decoder and keeps its encoder frozen, so that its latents, and models trained on them, stay valid",
  ),
  finetune: path.optional().describe(
    "folder of trained models, such as checkpoints/nano or a run: the first phase trains their text encoder and backbone on, with their VAE or on the latents of that of --vae; stage vae trains their VAE on. Latents of more channels than theirs are fitted to them",
  ),
  startPhase: phase.default(1).describe(
    "phase with which the run begins; those before are left out",
  ),
  from: z.enum(["previous", "scratch"], {
    error: "must be previous or scratch",
  }).default("previous").describe(
    "previous: a phase goes on from the one before; scratch: from fresh weights, and needs the VAE alone",
  ),
  resumePhase: phase.optional().describe(
    "go back to the beginning of this phase; what it and later ones have done is put aside",
  ),
  maxSteps: count.min(1, "must be 1 or more").optional().describe(
    "updates of each stage at most",
  ),
  epochs: overriding("epochs"),
  batch: overriding("batch"),
  accumulation: overriding("accumulation"),
  learningRate: overriding("learningRate"),
  optimiser: z.enum(["adamw", "muon"], {
    error: "must be adamw or muon",
  }).default("adamw").describe(
    "adamw; or muon, for the matrices of the blocks of the backbone, beside adamw for the rest",
  ),
  samples: overriding("samples"),
  size: overriding("size"),
  frames: overriding("frames"),
  fps: overriding("fps"),
  replayFraction: z.coerce.number().min(0, "must be 0 or more")
    .max(0.9, "must be at most 0.9").default(0.25).describe(
      "fraction of the synthetic clips of a phase that come from earlier phases, half of them from phase 1, against forgetting",
    ),
  textLrScale: z.coerce.number().min(0, "must be 0 or more")
    .max(1, "must be at most 1").default(0.1).describe(
      "factor on the learning rate of the text encoder in the phases; 0 freezes it, which is faster",
    ),
  recompute: z.boolean().default(false).describe(
    "recompute the activations of the backbone's blocks in the backward pass: a third more work, a fraction of the memory",
  ),
  seed: count.default(1).describe("a whole number; another run for each"),
  evaluateEvery: count.min(1, "must be 1 or more").default(500).describe(
    "updates between evaluations with a sample sheet",
  ),
  heldOut: count.min(1, "must be 1 or more").default(64).describe(
    "clips that are never trained on, for evaluations",
  ),
  saveEvery: z.coerce.number().min(0, "must be 0 or more").default(300)
    .describe("seconds between checkpoints; 0 for one after every update"),
  keepLast: count.min(1, "must be 1 or more").default(2).describe(
    "newest checkpoints that are kept",
  ),
  keepEvery: count.min(0, "must be 0 or more").default(0).describe(
    "checkpoints after every so many updates are kept for ever; 0 for none",
  ),
  snapshots: count.min(0, "must be 0 or more").default(8).describe(
    "snapshots of the running averages in each phase, from which an average of any length is made afterwards; 0 for none",
  ),
  config: path.optional().describe(
    "JSON file with these fields (startPhase for --start-phase); flags come first",
  ),
  dryRun: z.boolean().default(false).describe(
    "checks everything with three updates in a folder of their own, says what the run will take, and stops",
  ),
  alerts: path.optional().describe(
    "JSON file that says whom to tell what happens; without it, the variables ALERT_*",
  ),
  workers: count.min(0, "must be 0 or more").default(1).describe(
    "threads that decode real video; 0 decodes on the main thread",
  ),
  hours: z.coerce.number().positive("must be above 0").optional().describe(
    "stops after so long, with everything saved",
  ),
});

/** The same, checked. */
export type TrainOptions = z.infer<typeof trainFlags>;
