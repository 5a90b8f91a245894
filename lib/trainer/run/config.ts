import type { DeviceChoice } from "../../compiler/mod.ts";
import {
  type EmbeddingTable,
  embeddingTables,
  isOwn,
  type ModelConfig,
  type OwnLoss,
  ownLoss,
} from "../../models/text_to_video/mod.ts";
import type { LoraConfig } from "../../models/lora/mod.ts";
import type { GridSize } from "../../models/vae/mod.ts";
import type { ModuleReference } from "../../pipeline/mod.ts";
import type { StatePlan } from "../loop/state_plan.ts";
import type { Compression } from "../loop/compressed_sum.ts";
import type { TrainingConfig } from "../loop/train.ts";
import type { GradientClipping } from "../loop/train_step.ts";
import {
  type AdamWConfig,
  type LrMultipliers,
  type Optimiser,
  type OptimiserKind,
  type OptimiserName,
  OPTIMISERS,
} from "../optimiser/mod.ts";
import {
  type LearningRateSchedule,
  type OwnSchedule,
  type ScheduleKind,
  type ScheduleName,
  SCHEDULES,
} from "../schedule/mod.ts";
import { lengthOf, type StagePlan } from "../stages/stage_plan.ts";
import type { Stage } from "../stages/stages.ts";
import type { OwnRun } from "./parts.ts";

/** A source of real video. */
export interface DataSource {
  /** Folder of a manifest, or the manifest. */
  readonly path: string;
  /** Above 0, in proportion to the weights of the other sources. */
  readonly weight: number;
}

/** Settings of parts of a run, by their names. */
export interface RunSettings {
  readonly optimiser?: Readonly<Record<string, unknown>>;
  readonly schedule?: Readonly<Record<string, unknown>>;
  readonly loss?: Readonly<Record<string, unknown>>;
  readonly clips?: Readonly<Record<string, unknown>>;
}

/**
 * A way to train a stage. All make the same updates but for another optimiser, and
 * embeddings on the host.
 */
export interface Setting extends Pick<StagePlan, "batch" | "accumulation"> {
  readonly recompute: boolean;
  readonly averages: StatePlan["averages"];
  readonly update: StatePlan["update"];
  readonly embeddings: StatePlan["embeddings"];
  readonly gradientSums: StatePlan["gradientSums"];
  readonly optimiser: OptimiserName;
  readonly crop?: GridSize | undefined;
}

/** A run as plain data: flags checked, presets resolved. */
export interface RunConfig {
  /** Name of the models, for titles. */
  readonly name: string;
  readonly models: ModelConfig;
  readonly plans: Readonly<Record<Stage, StagePlan>>;
  /** Folder of the run. */
  readonly run: string;
  readonly device: DeviceChoice;
  /** Sources of real video, mixed by their weights. */
  readonly data: readonly DataSource[];
  /** Weight of the synthetic world; 0 for real video alone. */
  readonly world: number;
  /** `none` takes all real shots in each phase. */
  readonly curriculum: "phases" | "none";
  /** Fills phases with too few real shots with the nearest ones. */
  readonly fill: boolean;
  /** Fields of the plans that clips of real video keep exactly. */
  readonly exact: {
    readonly size: boolean;
    readonly frames: boolean;
    readonly fps: boolean;
  };
  /** Comma-separated BCP 47 tags, or `all`. */
  readonly languages: string;
  /** Weights of a VAE in place of the run's own. */
  readonly vae?: string;
  /** Weights of a VAE whose decoder is trained; its encoder is frozen. */
  readonly freezeEncoder?: string;
  /** Folder of trained models to start from. */
  readonly finetune?: string;
  /** Adapters that the phases train, of the frozen models of `finetune`. */
  readonly lora?: LoraConfig;
  /** The first phase of the run, 1 to 5. */
  readonly startPhase: number;
  /** `previous`: each phase starts from the weights of the one before. */
  readonly from: "previous" | "scratch";
  /** Restarts this phase and all later ones. */
  readonly resumePhase?: number;
  /** Updates of each stage at most. */
  readonly maxSteps?: number;
  readonly optimiser: OptimiserName;
  /** Of the learning rate. */
  readonly schedule: ScheduleName;
  /** Settings other than the default ones, checked. */
  readonly settings: RunSettings;
  /** The module of `--model`; its models are those of `models`. */
  readonly own?: OwnRun | undefined;
  /** Weight of the perceptual term of the VAE's loss; 0: none. */
  readonly perceptual: number;
  /** Weight of the error of frame differences in the VAE's loss; 0: none. */
  readonly temporal: number;
  /** Std of the greatest noise on latents that the VAE's decoder learns to decode, in stds of the latent space; 0: none. */
  readonly latentNoise: number;
  /** Fraction of a phase's synthetic clips that come from earlier phases. */
  readonly replayFraction: number;
  /** Fraction of samples without their caption, for classifier-free guidance. */
  readonly captionDropout: number;
  /** Shift of the noise levels of the phases; by the latent channels where left out. */
  readonly sigmaShift?: number;
  /** Factor on the learning rate of the text encoder in the phases. */
  readonly textLrScale: number;
  /** Bytes into which the training must fit: settings are chosen for each stage. */
  readonly fit?: number;
  /** The chosen settings; their batches are in the plans as well. */
  readonly fitted?: Readonly<Partial<Record<string, Setting>>>;
  /** Size of the random crops of clips that stage vae trains on; absent: whole clips. */
  readonly crop?: GridSize;
  /** Recomputes the blocks of the models in the backward pass. */
  readonly recompute: boolean;
  /** Where the EMAs are kept. */
  readonly averages: StatePlan["averages"];
  /** Updates between those of EMAs on the host. */
  readonly averageEvery: number;
  /** Whether all parameters are updated at once or a few layers at a time. */
  readonly update: StatePlan["update"];
  /** Where the tables of embeddings are kept. */
  readonly embeddings: StatePlan["embeddings"];
  /** Where gradients of microbatches are added. */
  readonly gradientSums: StatePlan["gradientSums"];
  /** The norm by which gradients are clipped. */
  readonly gradientClipping: GradientClipping;
  readonly seed: number;
  /** Updates between evaluations; by the length of a stage where left out. */
  readonly evaluateEvery?: number | undefined;
  /** Held-out clips. */
  readonly heldOut: number;
  /** Seconds between checkpoints. */
  readonly saveEvery: number;
  /** Number of newest checkpoints to keep. */
  readonly keepLast: number;
  /** Checkpoints at multiples of this number of updates are kept; 0: none. */
  readonly keepEvery: number;
  /** Number of EMA snapshots in each stage. */
  readonly snapshots: number;
  /** Trains a few updates of each stage in a temporary folder. */
  readonly dryRun: boolean;
  /** JSON file of alerts. */
  readonly alerts?: string;
  /** Threads that decode real video; 0 decodes on the main thread. */
  readonly workers: number;
  /** Whether each of several ranks keeps a share of optimiser and EMAs. */
  readonly shardOptimiser: boolean;
  /** Parts of the last microbatch of several ranks, whose gradients overlap. */
  readonly overlap: number;
  /** Form in which gradients travel between ranks. */
  readonly compression: Compression;
  /** Hours after which the run saves and stops. */
  readonly hours?: number;
}

/** Updates between evaluations of a long stage, and evaluations of a short one. */
const [EVALUATE_EVERY, EVALUATIONS] = [500, 10];

/**
 * Updates between the evaluations of a stage: 500, or in a shorter stage so many
 * that there are ten.
 */
export function evaluationInterval(config: RunConfig, stage: Stage): number {
  const total = lengthOf(planOf(config, stage), config.maxSteps);
  return config.evaluateEvery ??
    Math.max(1, Math.min(EVALUATE_EVERY, Math.floor(total / EVALUATIONS)));
}

/** The interval as a part of a stage's configuration, as earlier versions have it. */
export function evaluationFact(
  { evaluateEvery = EVALUATE_EVERY }: Pick<RunConfig, "evaluateEvery">,
): { readonly evaluateEvery: number } {
  return { evaluateEvery };
}

/** The plan of a stage, without clips that a limited run never uses. */
export function planOf(
  { plans, maxSteps = Infinity }: Pick<RunConfig, "plans" | "maxSteps">,
  stage: Stage,
): StagePlan {
  const plan = plans[stage];
  const seen = maxSteps * plan.batch * plan.accumulation;
  return { ...plan, samples: Math.min(plan.samples, seen) };
}

/**
 * Settings of a stage's training.
 *
 * @param most Clips of a microbatch at most; default: the plan's.
 */
export function trainingConfigOf(
  config: RunConfig,
  stage: Stage,
  plan: StagePlan,
  most = plan.batch,
): TrainingConfig {
  const tables = config.embeddings === "host"
    ? tablesOf(config, stage, most)
    : [];
  return {
    schedule: stageSchedule(config, plan),
    optimiser: stageOptimiser(config, stage),
    clipNorm: 1,
    gradientClipping: config.gradientClipping,
    accumulation: plan.accumulation,
    averages: true,
    plan: {
      averages: config.averages,
      averageEvery: config.averages === "host" ? config.averageEvery : 1,
      update: config.update,
      embeddings: config.embeddings,
      gradientSums: config.gradientSums,
    },
    ...(tables.length > 0 && {
      tables: { tables, rule: tableRuleOf(config, stage) },
    }),
  };
}

/** The tables of embeddings that a stage trains. */
function tablesOf(
  { models, lora }: RunConfig,
  stage: Stage,
  clips: number,
): EmbeddingTable[] {
  if (stage === "vae" || lora) return [];
  // Stage text has two captions of each clip, and no backbone.
  const isText = stage === "text";
  return embeddingTables(models, isText ? 2 * clips : clips)
    .filter(({ path }) => !isText || path.startsWith("text/"));
}

/** The rule of rows on the host: AdamW with the settings of the optimiser that it has. */
function tableRuleOf(
  config: Pick<
    RunConfig,
    "settings" | "optimiser" | "textLrScale" | "freezeEncoder" | "models"
  >,
  stage: Stage,
): AdamWConfig {
  const { settings } = OPTIMISERS.adamw;
  const names = Object.keys(settings.parse({}));
  const given = Object.entries(config.settings.optimiser ?? {})
    .filter(([name]) => names.includes(name));
  const { beta1, beta2, ...rest } = settings.parse(Object.fromEntries(given));
  return {
    name: "adamw",
    betas: [beta1, beta2],
    ...rest,
    lrMultipliers: lrMultipliersOf(config, stage),
  };
}

function stageSchedule(
  { schedule, settings, maxSteps, own }: RunConfig,
  plan: StagePlan,
): LearningRateSchedule | OwnSchedule {
  const kind: ScheduleKind<unknown> = own?.parts.schedule ??
    SCHEDULES[schedule];
  return kind.scheduleOf(
    { peak: plan.learningRate, totalSteps: lengthOf(plan, maxSteps) },
    kind.settings.parse(settings.schedule ?? {}),
  );
}

function stageOptimiser(config: RunConfig, stage: Stage): Optimiser {
  const kind: OptimiserKind<unknown> = config.own?.parts.optimiser ??
    OPTIMISERS[config.optimiser];
  return kind.optimiserOf(
    kind.settings.parse(config.settings.optimiser ?? {}),
    lrMultipliersOf(config, stage),
  );
}

/** The module of a run, for the facts of its weights. */
export function moduleFact(
  { own }: Pick<RunConfig, "own">,
): { readonly module?: ModuleReference } {
  return own ? { module: own.reference } : {};
}

/** The loss of text encoder and backbone that a module brings, with its settings. */
export function ownLossOf(
  { own, settings }: Pick<RunConfig, "own" | "settings">,
): OwnLoss | undefined {
  const part = own?.parts.loss;
  return part && ownLoss(part, part.settings.parse(settings.loss ?? {}));
}

/**
 * Schedule, settings and the names of a module's parts as a part of a stage's
 * configuration, without those that runs of earlier versions have.
 */
export function updateRuleOf(
  {
    schedule,
    settings,
    own,
    optimiser,
    averages,
    averageEvery,
    embeddings,
    gradientClipping,
  }: Pick<
    RunConfig,
    | "schedule"
    | "settings"
    | "own"
    | "optimiser"
    | "averages"
    | "averageEvery"
    | "embeddings"
    | "gradientClipping"
  >,
): Readonly<Record<string, unknown>> {
  return {
    ...(own && { parts: Object.keys(own.parts).sort() }),
    ...(settings.loss && { lossSettings: settings.loss }),
    ...(settings.clips && { clipsSettings: settings.clips }),
    ...(optimiser !== "adamw" && optimiser !== "muon" && { optimiser }),
    ...(averages === "host" && averageEvery > 1 && { averageEvery }),
    ...(embeddings === "host" && { embeddings }),
    ...(gradientClipping !== "exact" && { gradientClipping }),
    ...(schedule !== "cosine" && { schedule }),
    ...(settings.optimiser && { optimiserSettings: settings.optimiser }),
    ...(settings.schedule && { scheduleSettings: settings.schedule }),
  };
}

function lrMultipliersOf(
  { optimiser, textLrScale, freezeEncoder, models }: Pick<
    RunConfig,
    "optimiser" | "textLrScale" | "freezeEncoder" | "models"
  >,
  stage: Stage,
): LrMultipliers {
  if (stage === "text") return {};
  if (stage === "vae") {
    return {
      // Principal components are the best linear codec: frozen.
      "encoder/shortcut": 0,
      "decoder/shortcut": 0,
      ...(freezeEncoder !== undefined && { encoder: 0, klWeightLogit: 0 }),
    };
  }
  return {
    // One of one's own has seen no captions before.
    text: isOwn(models.text) ? 1 : textLrScale,
    // The tokens of this layer are not normalised, and AdamW and Adafactor move
    // each by as many weights as the text is wide; Muon moves the whole matrix.
    ...(!optimiser.startsWith("muon") && { "backbone/promptMlp": 0.1 }),
  };
}
