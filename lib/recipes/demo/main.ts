import { describeDevice } from "../../compiler/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { probe, repeatNote } from "../../dataset/decode/mod.ts";
import { openDemo } from "./open.ts";
import { demoFlags, type DemoOptions } from "./options.ts";
import { runDemo } from "./pipeline.ts";
import { verdictsOf, writeRun } from "./report.ts";

/** `deno task demo`: the one-clip gate before any long run. */
async function demo(
  options: DemoOptions,
  signal: AbortSignal,
): Promise<number> {
  using run = await openDemo(options, { progress: terminalProgress(), signal });
  const { context, subject, others } = run;
  log(await describeDevice(context.device));
  if (options.video !== undefined) {
    const { fps } = await probe(options.video);
    const note = repeatNote([{ fps }], context.plan.clip.fps);
    if (note) log(note);
  }
  const result = await runDemo(context, subject, others);
  const verdicts = verdictsOf(context.plan, result);
  await writeRun(context, subject, result, verdicts);
  for (const { name, value, rule, passed } of verdicts) {
    log(`${passed ? "passed" : "FAILED"}  ${name}: ${value} (${rule})`);
  }
  log(`report: ${context.folder}/report.html`);
  return verdicts.every(({ passed }) => passed) ? 0 : 1;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task demo",
    purpose:
      "Learns one clip and draws it again from noise: the check before any long run.",
    flags: demoFlags,
    run: demo,
  });
}
