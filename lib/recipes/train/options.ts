import * as z from "zod";
import {
  COMPRESSIONS,
  GRADIENT_CLIPPINGS,
  type OptimiserName,
  OPTIMISERS,
  type StagePlan,
  stagePlanSchema,
} from "../../trainer/mod.ts";
import {
  deviceFlag,
  numberFlag,
  textFlag,
  weightedPath,
  wholeNumber,
} from "../command_line/mod.ts";
import { languagesFlag } from "../languages.ts";
import { cropFlag, frameSizeFlag } from "../clip_size.ts";
import { loraFlag } from "../lora.ts";
import { PRESET_NAMES } from "../presets.ts";
import { setFlag } from "./settings.ts";

const path = textFlag();
const OPTIMISER_NAMES = Object.keys(OPTIMISERS) as OptimiserName[];
const phase = wholeNumber(1, 5);
const plan = stagePlanSchema.shape;

/** A source of real video: a folder or manifest, and its weight. */
const dataSourceFlag = z.string().min(1, "must not be empty")
  .superRefine((text, context) => {
    const { path, weight } = weightedPath(text);
    if (path === "") {
      context.addIssue({ code: "custom", message: "must name a folder" });
    } else if (!(weight > 0 && weight < Infinity)) {
      const message = `must have a weight above 0, as in ${path}:2`;
      context.addIssue({ code: "custom", message });
    }
  });

/** A field of a plan as a flag; parses numbers. */
function overriding(name: keyof StagePlan): z.ZodType<number | undefined> {
  const field = plan[name];
  return numberFlag()
    .superRefine((value, context) => {
      const issue = field.safeParse(value).error?.issues[0];
      if (issue) context.addIssue({ code: "custom", message: issue.message });
    }).optional().describe(
      `${field.description} (default: the curriculum's)`,
    );
}

/**
 * Flags of `deno task vae`, `text`, `phase1` to `phase5` and `train`, and
 * parameters of their notebooks.
 */
export const trainFlags = z.strictObject({
  preset: z.enum(PRESET_NAMES, {
    error: `must be one of ${PRESET_NAMES.join(", ")}`,
  }).default("nano").describe(
    "preset of models and curriculum, from small to large",
  ),
  model: path.optional().describe(
    "module of parts of your own, such as ./mine.ts: backbone, text encoder, VAE, loss, clips, optimiser, schedule, sampler or metrics, in the place of the preset's (docs/your_own.md)",
  ),
  backbone: z.enum(["hybrid", "pure", "no-word-embeddings"], {
    error: ({ input }) =>
      input === "wordless"
        ? "wordless is now no-word-embeddings"
        : "must be hybrid, pure or no-word-embeddings",
  }).default("hybrid").describe(
    "backbone: hybrid alternates attention and convolution; pure is a Transformer of equal depth and width; no-word-embeddings is hybrid without word embeddings",
  ),
  run: path.default("runs/train").describe(
    "folder of the run; resumes an interrupted run",
  ),
  device: deviceFlag.describe("device that trains"),
  data: z.array(dataSourceFlag).default([]).describe(
    "folder of ingested video or its manifest, DIR or DIR:WEIGHT; several are mixed by their weights (default: the synthetic world)",
  ),
  world: numberFlag({ least: 0 }).optional().describe(
    "weight of the synthetic world (default: 0 with --data, else 1)",
  ),
  curriculum: z.enum(["phases", "none"], {
    error: "must be phases or none",
  }).default("phases").describe(
    "real shots of a phase: phases takes those that its scores describe, and all in phase 5; none takes all in each phase",
  ),
  fill: z.boolean().default(false).describe(
    "fill phases that have too few real shots with those whose scores are nearest",
  ),
  languages: languagesFlag.default("all").describe(
    "languages of the captions: comma-separated BCP 47 tags, or all; a quarter of the captions is English",
  ),
  vae: path.optional().describe(
    "weights of a trained VAE for the phases (default: the run's own); ltx:FILE for those of LTX-Video that import-weights wrote",
  ),
  freezeEncoder: path.optional().describe(
    "weights of a VAE whose decoder stage vae trains; the encoder is frozen, so that its latents and models trained on them stay valid (default: train both)",
  ),
  finetune: path.optional().describe(
    "folder of trained models, such as checkpoints/nano or a run, from which stage vae and the first phase start; their latents may have fewer channels than the preset's (default: fresh weights)",
  ),
  lora: loraFlag.optional().describe(
    "train adapters of this rank in the phases and leave the models of --finetune as they are (LoRA): RANK or RANK:TARGETS such as 8:attention,feedForward, with targets blocks, attention, feedForward, cnn, promptMlp, text or the beginning of a parameter's path (default: all parameters; of RANK: blocks)",
  ),
  loraAlpha: numberFlag({ above: 0 }).optional().describe(
    "with --lora: the adapters' change is scaled by this over the rank (default: the rank)",
  ),
  startPhase: phase.default(1).describe(
    "first phase of the run; skips the phases before it",
  ),
  from: z.enum(["previous", "scratch"], {
    error: "must be previous or scratch",
  }).default("previous").describe(
    "initial weights of a phase: previous takes those of the phase before; scratch takes fresh ones and needs a VAE alone",
  ),
  resumePhase: phase.optional().describe(
    "phase to restart; the state of it and all later phases moves to RUN/aside-* (default: resume)",
  ),
  maxSteps: wholeNumber(1).optional().describe(
    "maximum number of updates of each stage in all, those before a resumption included; a higher one, or more --epochs, trains a finished stage further (default: no limit)",
  ),
  epochs: overriding("epochs"),
  batch: overriding("batch"),
  accumulation: overriding("accumulation"),
  learningRate: overriding("learningRate"),
  optimiser: z.enum(OPTIMISER_NAMES, {
    error: `must be one of ${OPTIMISER_NAMES.join(", ")}`,
  }).default("adamw").describe(
    "adamw keeps two numbers for each parameter; muon one for the matrices of the backbone's blocks and the blocks of the VAE's decoder, and adamw's for the rest; muon-adafactor one for all; adafactor almost none",
  ),
  averages: z.enum(["device", "host"], {
    error: "must be device or host",
  }).default("device").describe(
    "where the two EMAs are kept; on the host a card has room for two copies of the parameters more",
  ),
  averageEvery: wholeNumber(1).default(10).describe(
    "updates between those of EMAs on the host",
  ),
  update: z.enum(["whole", "layers"], {
    error: "must be whole or layers",
  }).default("whole").describe(
    "update all parameters at once, or a few layers at a time: a card, which writes the next state beside the last one, then needs a second copy of those alone",
  ),
  embeddings: z.enum(["device", "host"], {
    error: "must be device or host",
  }).default("device").describe(
    "where the tables of embeddings are kept, of characters, n-grams and words; on the host, which needs --averages host, a card has the rows of an update alone, and rows that it does not read keep value and moments",
  ),
  gradientSums: z.enum(["device", "host"], {
    error: "must be device or host",
  }).default("device").describe(
    "where the gradients of microbatches are added up; on the host a card has those of one microbatch and no second copy",
  ),
  gradientClipping: z.enum(GRADIENT_CLIPPINGS, {
    error: `must be ${GRADIENT_CLIPPINGS.join(" or ")}`,
  }).default("exact").describe(
    "norm by which gradients are clipped: exact is that of the update, which keeps all gradients until it is known; previous is that of the update before, so that each layer is updated as soon as it has its gradients, which are then freed (accumulation 1, one process)",
  ),
  schedule: z.enum(["cosine", "wsd", "constant"], {
    error: "must be cosine, wsd or constant",
  }).default("cosine").describe(
    "learning rate after the warm-up: cosine decay; wsd is constant and cools down at the end; constant is for runs that go on, with more epochs or with wsd",
  ),
  set: setFlag,
  perceptual: numberFlag({ least: 0 }).default(0).describe(
    "weight of a perceptual distance by InceptionV3 in the loss of stage vae, for clips of 27 pixels or more; 0 for none",
  ),
  temporal: numberFlag({ least: 0 }).default(0).describe(
    "weight of the squared error of frame differences in the loss of stage vae, against errors that change from frame to frame; 0 for none",
  ),
  latentNoise: numberFlag({ least: 0 }).default(0).describe(
    "scale of noise on the latents that the decoder of stage vae learns to decode, in stds of the latent space: each clip has a std of its own, half-normal with this scale; generated latents are not exact either; 0 for none",
  ),
  samples: overriding("samples"),
  size: frameSizeFlag().optional().describe(
    "WIDTHxHEIGHT in pixels, multiples of 16, such as 64x48; one number is the side of a square of the same area, whose shape follows real video (default: the curriculum's)",
  ),
  frames: overriding("frames"),
  fps: overriding("fps"),
  replayFraction: numberFlag({ least: 0, most: 0.9 }).default(0.25).describe(
    "fraction of a phase's synthetic clips drawn from earlier phases, half of them from phase 1, against forgetting",
  ),
  captionDropout: numberFlag({ least: 0, most: 1 }).default(0.1).describe(
    "fraction of the samples of a phase without their caption, so that guidance has an unconditional model",
  ),
  sigmaShift: numberFlag({ above: 0 }).optional().describe(
    "shift of the noise levels of the phases: above 1 towards noise, which decides the content, below 1 towards detail (default: 1.5, more for more than 32 latent channels)",
  ),
  textLrScale: numberFlag({ least: 0, most: 1 }).default(0.1).describe(
    "factor on the learning rate of the text encoder in the phases; 0 freezes it, which is faster",
  ),
  fit: z.string().regex(
    /^(?!0+(\.0+)? ?(GB)?$)\d+(\.\d+)? ?(GB)?$/i,
    "must be a number of GB, such as 8GB",
  ).optional().describe(
    "memory of the device, such as 8GB, into which each stage must fit: takes the first setting that does, as deno task estimate lists them (default: the settings of the flags)",
  ),
  crop: cropFlag().optional().describe(
    "size of the crops, WIDTHxHEIGHTxFRAMES such as 128x128x16, at random places of its clips, on which stage vae trains (default: whole clips)",
  ),
  recompute: z.boolean().default(false).describe(
    "recompute the activations of the models' blocks in the backward pass: a third more arithmetic, a fraction of the memory",
  ),
  seed: wholeNumber(0).default(1).describe("seed of all random numbers"),
  evaluateEvery: wholeNumber(1).optional().describe(
    "updates between evaluations, each with a sample sheet (default: 500, or a tenth of a shorter stage)",
  ),
  heldOut: wholeNumber(1).default(64).describe(
    "number of held-out clips for evaluation",
  ),
  saveEvery: numberFlag({ least: 0 }).default(300)
    .describe("seconds between checkpoints; 0 saves after every update"),
  keepLast: wholeNumber(1).default(2).describe(
    "number of newest checkpoints to keep",
  ),
  keepEvery: wholeNumber(0).default(0).describe(
    "never remove checkpoints at multiples of this number of updates; 0 for none",
  ),
  snapshots: wholeNumber(0).default(8).describe(
    "number of EMA snapshots in each stage, for deno task average; 0 for none",
  ),
  config: path.optional().describe(
    "JSON file of defaults for these flags, named as fields (startPhase for --start-phase)",
  ),
  dryRun: z.boolean().default(false).describe(
    "train three updates of each stage in a temporary folder, log the estimated memory, disk space and time of the run, and stop",
  ),
  alerts: path.optional().describe(
    "JSON file of e-mail and webhook receivers of alerts (default: the environment variables ALERT_*)",
  ),
  workers: wholeNumber(0).default(navigator.hardwareConcurrency).describe(
    "threads that decode real video; 0 decodes on the main thread",
  ),
  shardOptimiser: z.boolean().default(false).describe(
    "under mpirun, each rank keeps and updates a share of the optimiser's state and of the EMAs (ZeRO, stage 1): less memory, and the parameters travel after each update",
  ),
  overlap: wholeNumber(1, 16).default(4).describe(
    "under mpirun, parts of the last microbatch of an update: the gradients of a part travel while the next one is computed; 1 sends them after the last",
  ),
  compression: z.enum(COMPRESSIONS, {
    error: `must be one of ${COMPRESSIONS.join(", ")}`,
  }).default("none").describe(
    "under mpirun, the form in which gradients travel: fp16 and int8 are for slow networks; what a rank's own lose is added to its next ones",
  ),
  hours: numberFlag({ above: 0 }).optional().describe(
    "hours after which the run saves and stops (default: no limit)",
  ),
});

/** Validated flags. */
export type TrainOptions = z.infer<typeof trainFlags>;
