import { openDevice } from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";
import type { GridSize } from "../../models/vae/mod.ts";
import { readTrainedModels } from "../../pipeline/mod.ts";
import { planOf } from "../../trainer/mod.ts";
import { log, print, runProgram } from "../command_line/mod.ts";
import { firstClipOf } from "../curriculum.ts";
import { givenModel } from "../own_model.ts";
import { trainFlags } from "../train/options.ts";
import { runOf } from "../train/train_config.ts";
import { describe } from "./describe.ts";
import { forward, type ForwardReport } from "./forward.ts";
import { describeFlags, type DescribeOptions } from "./options.ts";
import { tableOf } from "./table.ts";

/** Models, where they are from, and a clip for them. */
interface Subject {
  readonly name: string;
  readonly models: ModelConfig;
  readonly clip: GridSize;
}

/** `deno task describe`: what models are made of. */
async function describeModels(options: DescribeOptions): Promise<number> {
  const { forward: model, json } = options;
  const subject = options.checkpoint === undefined
    ? await presetOf(options)
    : await trainedOf(options.checkpoint, options);
  const { name, models, clip: { frames, height, width } } = subject;
  const clip = { frames, height, width };
  if (model !== undefined) {
    using device = await openDevice("cpu");
    const clock = (): number => performance.now();
    const report = await forward(model, models, clip, device, clock);
    print(json ? JSON.stringify(report) : forwardText(report));
    return report.finite ? 0 : 1;
  }
  const { text, backbone, vae, summary } = describe(name, models, clip);
  const page = json ? JSON.stringify(summary) : [
    ...[text, backbone, vae].map(tableOf),
    `${summary.total.toLocaleString("en-US")} parameters in all, ` +
    `${(4 * summary.total / 1e6).toFixed(0)} MB as float32`,
  ].join("\n\n");
  print(page);
  return 0;
}

/** The models of a preset, with the parts of a module and settings in their place. */
async function presetOf(
  { preset, pure, model, set, clip }: DescribeOptions,
): Promise<Subject> {
  const config = await runOf(trainFlags.parse({
    ...{ preset: preset ?? "nano", backbone: pure ? "pure" : "hybrid", set },
    ...(model !== undefined && { model }),
  }));
  return {
    name: config.name,
    models: config.models,
    clip: clip ?? planOf(config, "phase1"),
  };
}

/** Models as they were trained. */
async function trainedOf(
  checkpoint: string,
  { preset, pure, model, set, clip }: DescribeOptions,
): Promise<Subject> {
  if (preset !== undefined || pure || set.length > 0) {
    throw new InputError(
      `Cannot describe "${checkpoint}": trained models have a size and ` +
        "settings of their own; leave --preset, --pure and --set out",
    );
  }
  const { file, config, facts } = await readTrainedModels(checkpoint, {
    model: await givenModel(model),
    log,
  });
  const { stage, step, clip: trained } = facts.diffusion;
  return {
    name: `${file}, ${stage} after ${step} updates`,
    models: config,
    clip: clip ?? trained ?? firstClipOf("nano"),
  };
}

function forwardText(
  { model, parameters, initSeconds, callSeconds, finite, peakBytes }:
    ForwardReport,
): string {
  const calls = callSeconds.map((seconds) => `${seconds.toFixed(2)} s`);
  return [
    `${model}: ${parameters.toLocaleString("en-US")} parameters`,
    `weights drawn in ${initSeconds.toFixed(2)} s`,
    `calls ${calls.join(", ")}`,
    finite ? "all numbers finite" : "NUMBERS THAT ARE NONE",
    `peak memory ${(peakBytes / 1e9).toFixed(2)} GB`,
  ].join("\n");
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task describe",
    purpose:
      "Shows the parts of models, of a preset, a module or trained ones: parameters, shapes, bytes, operations.",
    flags: describeFlags,
    run: describeModels,
  });
}
