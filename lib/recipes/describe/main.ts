import { openDevice } from "../../compiler/mod.ts";
import { pureTransformer } from "../../models/backbone/mod.ts";
import { print, runProgram } from "../command_line/mod.ts";
import { firstClipOf } from "../curriculum.ts";
import { PRESETS } from "../presets.ts";
import { describe } from "./describe.ts";
import { forward, type ForwardReport } from "./forward.ts";
import { describeFlags, type DescribeOptions } from "./options.ts";
import { tableOf } from "./table.ts";

/** `deno task describe`: what the models of a preset are made of. */
async function describePreset(
  { preset, pure, clip: given, forward: model, json }: DescribeOptions,
): Promise<number> {
  const named = PRESETS[preset];
  const clip = given ?? firstClipOf(preset);
  const config = pure
    ? { ...named, backbone: pureTransformer(named.backbone) }
    : named;
  if (model !== undefined) {
    using device = await openDevice("cpu");
    const clock = (): number => performance.now();
    const report = await forward(model, config, clip, device, clock);
    print(json ? JSON.stringify(report) : forwardText(report));
    return report.finite ? 0 : 1;
  }
  const { text, backbone, vae, summary } = describe(
    preset,
    config,
    clip,
  );
  const page = json ? JSON.stringify(summary) : [
    ...[text, backbone, vae].map(tableOf),
    `${summary.total.toLocaleString("en-US")} parameters in all, ` +
    `${(4 * summary.total / 1e6).toFixed(0)} MB as float32`,
  ].join("\n\n");
  print(page);
  return 0;
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
      "Shows the parts of a preset's models: parameters, shapes, bytes, operations.",
    flags: describeFlags,
    run: describePreset,
  });
}
