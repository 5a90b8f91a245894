import {
  type DeviceName,
  type DeviceProfile,
  measureSpeed,
  openDevice,
  profileOfChoice,
} from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { initAnyVae, isOwn } from "../../models/text_to_video/mod.ts";
import {
  assertFusable,
  choicesFor,
  limitsOf,
  measureTraining,
  ownLossOf,
  planOf,
  type RunConfig,
  type Stage,
  STAGES,
  StepCosts,
  stepPlan,
  trainingConfigOf,
} from "../../trainer/mod.ts";
import { log, print, runProgram } from "../command_line/mod.ts";
import { countNumbers } from "../describe/account.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { runOf } from "../train/train_config.ts";
import { curriculumText } from "./curriculum_table.ts";
import {
  estimateFlags,
  type EstimateOptions,
  trainOptionsOf,
} from "./options.ts";
import { figuresOf, type StageReport, stageText } from "./report.ts";

/** Updates that are measured: the first compiles. */
const MEASURED_UPDATES = 3;

/** `deno task estimate`: memory and time of training, before it runs. */
async function estimate(options: EstimateOptions): Promise<number> {
  const { phase, measure, json } = options;
  if (measure && phase === "all") {
    throw new InputError(
      'Cannot use --measure: it needs one --phase: current value is "all"',
    );
  }
  const profile = await profileOf(options);
  const gflops = options.speed ?? await measuredSpeed(options.device);
  const config = await runOf(trainOptionsOf(options));
  const limits = limitsOf(
    profile.name,
    options.memory * 1e9,
    options.hostMemory * 1e9,
  );
  const processBytes = Deno.memoryUsage().rss;
  const trained = STAGES.filter((stage) => isTrained(config, stage));
  const stages: readonly Stage[] = phase === "all"
    ? trained
    : [phase === "vae" || phase === "text" ? phase : `phase${phase}` as Stage];
  for (const stage of stages) {
    if (trained.includes(stage)) continue;
    throw new InputError(
      `Cannot estimate ${stage} with "${config.own?.reference.path}": it must ` +
        `be trained: the stages of the module are ${trained.join(", ")}; ` +
        "choose one with --phase",
    );
  }
  assertFusable(config, stages);
  const reports: StageReport[] = [];
  const costs = new StepCosts();
  for (const stage of stages) {
    if (phase === "all") log(`${stage} ...`); // tracing `base` takes a while
    // Before the estimate, which takes memory itself.
    const measured = measure
      ? await measuredStage(config, stage, profile.name)
      : undefined;
    const report = { config, stage, profile, limits, gflops, measured };
    reports.push({
      ...report,
      choices: choicesFor(config, stage, limits, profile, {
        processBytes: measured?.baselineBytes ?? processBytes,
        costs,
      }),
    });
  }
  if (json) {
    const figures = reports.map(figuresOf);
    print(JSON.stringify(phase === "all" ? figures : figures[0]));
  } else {
    print(phase === "all" ? curriculumText(reports) : stageText(reports[0]!));
  }
  return 0;
}

/** Whether a stage has something to train: a module may leave stages without. */
function isTrained({ models, own }: RunConfig, stage: Stage): boolean {
  switch (stage) {
    case "vae":
      return countNumbers(initAnyVae(models.vae, metaInit())) > 0;
    case "text":
      return !isOwn(models.text) && !own?.parts.clips;
    default:
      return stage === "phase1" || !own?.parts.clips; // clips have no phases
  }
}

/** The profile of a device, present or not; that of `auto` needs one. */
async function profileOf(
  { device }: EstimateOptions,
): Promise<DeviceProfile> {
  const profile = await profileOfChoice(device, { cache: GRAPH_CACHE });
  if (profile) return profile;
  throw new InputError(
    `Cannot estimate: the device must run graphs: "${device}" runs each ` +
      'operation at once; use "cpu" or "webgpu"',
  );
}

/** The speed of a device in a matrix product, GFLOP/s; undefined if it is absent. */
async function measuredSpeed(
  name: EstimateOptions["device"],
): Promise<number | undefined> {
  try {
    using device = await openDevice(name, { cache: GRAPH_CACHE });
    return await measureSpeed(device);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}

async function measuredStage(
  config: RunConfig,
  stage: Stage,
  name: DeviceName,
): Promise<StageReport["measured"]> {
  using device = await openDevice(name, {
    cache: GRAPH_CACHE,
    allowSoftware: true,
  });
  if (!device.inProcess) {
    throw new InputError(
      "Cannot use --measure: the device must compute in the memory of the " +
        `process, which is what is measured: ${device.description} has its ` +
        "own; use --device cpu, or leave --measure out",
    );
  }
  const plan = stepPlan(config, stage, {
    ...planOf(config, stage),
    crop: config.crop,
  });
  return await measureTraining({
    models: config.models,
    stage,
    plan,
    recompute: config.recompute,
    own: ownLossOf(config),
    lora: config.lora,
    training: trainingConfigOf(config, stage, plan),
    steps: MEASURED_UPDATES,
  }, device);
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task estimate",
    purpose:
      "Estimates memory and time of training before it runs, for a device that need not be there: what each stage takes, and which setting fits.",
    flags: estimateFlags,
    run: estimate,
  });
}
