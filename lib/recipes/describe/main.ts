import { runProgram } from "../command_line/mod.ts";
import { PRESETS } from "../presets.ts";
import { describe } from "./describe.ts";
import { describeFlags, type DescribeOptions } from "./options.ts";
import { tableOf } from "./table.ts";

/** `deno task describe`: what the models of a preset are made of. */
async function describePreset(
  { preset, clip, json }: DescribeOptions,
): Promise<number> {
  const { text, backbone, vae, summary } = describe(
    preset,
    PRESETS[preset],
    clip,
  );
  const page = json ? JSON.stringify(summary) : [
    ...[text, backbone, vae].map(tableOf),
    `${summary.total.toLocaleString("en-US")} parameters in all, ` +
    `${(4 * summary.total / 1e6).toFixed(0)} MB as float32`,
  ].join("\n\n");
  await Deno.stdout.write(new TextEncoder().encode(`${page}\n`));
  return 0;
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
