import { measureSpeed, openDevice } from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import { print, runProgram } from "../command_line/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { PRESETS } from "../presets.ts";
import { type Stage } from "../../trainer/mod.ts";
import { stagePlan } from "../curriculum.ts";
import { firstThatFits, type Setting, settingsOf } from "../../trainer/mod.ts";
import { measureTraining } from "../../trainer/mod.ts";
import { type Estimate, estimateStep } from "../../trainer/mod.ts";
import { estimateFlags, type EstimateOptions } from "./options.ts";
import { type Report, secondsOf, textOf } from "./report.ts";

/** Updates that are measured: the first compiles. */
const MEASURED_STEPS = 3;

/** The trainer keeps running averages of all parameters. */
const AVERAGES = true;

/** `deno task estimate`: what a stage of training takes, before anything runs. */
async function estimate(options: EstimateOptions): Promise<number> {
  const { preset, phase } = options;
  const stage = (phase === "vae" ? phase : `phase${phase}`) as Stage;
  using device = await openDevice(options.device, { cache: GRAPH_CACHE });
  if (options.measure && device.name !== "cpu") {
    throw new InputError(
      "Cannot use --measure: the device must be cpu, whose memory is that of " +
        `the process: current value is "${device.name}"`,
    );
  }
  if (device.name === "tfjs-gpu") {
    throw new InputError(
      "Cannot estimate: the device must run graphs: current device is " +
        '"tfjs-gpu", which runs each operation at once; use "cpu" or "webgpu"',
    );
  }
  const planned = stagePlan(preset, stage);
  const plan = {
    ...planned,
    batch: options.batch ?? planned.batch,
    accumulation: options.accumulation ?? planned.accumulation,
  };
  const processBytes = Deno.memoryUsage().rss;
  // Before the estimate, which takes memory itself.
  const measured = options.measure
    ? await measureTraining({
      models: PRESETS[preset],
      stage,
      plan,
      recompute: options.recompute,
      averages: AVERAGES,
      steps: MEASURED_STEPS,
    }, device)
    : undefined;
  const estimateOf = (setting: Setting): Estimate =>
    estimateStep(PRESETS[preset], stage, { ...plan, ...setting }, {
      recompute: setting.recompute,
      averages: AVERAGES,
      processBytes,
    }, device);
  const limitBytes = options.memory * 1e9;
  const settings = settingsOf(stage, plan, options.recompute);
  const report: Report = {
    preset,
    stage,
    device: `${device.name} (${device.description})`,
    plan,
    gflops: await measureSpeed(device),
    limitBytes,
    choices: firstThatFits(settings, limitBytes, estimateOf),
    measured,
  };
  const page = options.json
    ? JSON.stringify(figuresOf(report))
    : textOf(report);
  print(page);
  return 0;
}

/** What `--json` prints. */
function figuresOf({ choices, limitBytes, gflops, ...rest }: Report): unknown {
  const figures = choices.map(({ setting, estimate }) => ({
    ...setting,
    ...estimate,
    secondsAtLeast: secondsOf(estimate, gflops),
    fits: estimate.peakBytes <= limitBytes,
  }));
  return {
    ...rest,
    gflops,
    limitBytes,
    asked: figures[0],
    suggestion: figures.findLast(({ fits }) => fits) ?? null,
  };
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task estimate",
    purpose:
      "Tells what a stage of training takes, before anything runs: parameters, operations, peak memory, and which setting fits.",
    flags: estimateFlags,
    run: estimate,
  });
}
