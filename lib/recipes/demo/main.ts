import { describeDevice, openDevice } from "../../compiler/mod.ts";
import {
  InputError,
  lockFolder,
  messageOf,
  removePartialFiles,
  thisProcess,
} from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { runProgram, say } from "../command_line/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { otherClips, renderedClip, videoClip } from "./clips.ts";
import { demoFlags, type DemoOptions } from "./options.ts";
import { openMetrics, type StageContext } from "./stages.ts";
import { demoPlan } from "./plan.ts";
import { runDemo } from "./pipeline.ts";
import { verdictsOf, writeRun } from "./report.ts";

/** `deno task demo`: the one-clip gate before any long run. */
async function demo(
  options: DemoOptions,
  signal: AbortSignal,
): Promise<number> {
  const plan = demoPlan(options.preset);
  const folder = options.out;
  // Before a folder is made: a wrong path must leave nothing behind.
  const given = options.video === undefined
    ? undefined
    : await videoClip(options.video, options.caption, plan);
  using device = await openDevice(options.device, {
    cache: GRAPH_CACHE,
  });
  await makeFolder(folder);
  using _lock = lockFolder(folder, thisProcess(new Date()));
  await removePartialFiles(folder);
  const subject = given ??
    await renderedClip(`${folder}/rendered.mp4`, options.caption, plan);
  const others = otherClips(plan);
  const fingerprint = {
    plan,
    caption: subject.caption,
    clip: await digestOf(subject.clip.data),
  };
  using metrics = await openMetrics(folder, fingerprint);
  const context: StageContext = {
    plan,
    device,
    folder,
    fingerprint,
    metrics,
    progress: terminalProgress(),
    signal,
    clock: () => performance.now(),
  };
  say(await describeDevice(device));
  const result = await runDemo(context, subject, others);
  const verdicts = verdictsOf(plan, result);
  await writeRun(context, subject, result, verdicts);
  for (const { name, value, rule, passed } of verdicts) {
    say(`${passed ? "passed" : "FAILED"}  ${name}: ${value} (${rule})`);
  }
  say(`report: ${folder}/report.html`);
  return verdicts.every(({ passed }) => passed) ? 0 : 1;
}

/** Makes the run's folder and proves that files can be made in it. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir: folder }));
  } catch (error) {
    throw new InputError(
      `Cannot use "${folder}": it must be a folder that may be written: ` +
        `${messageOf(error)}; choose another with --out`,
    );
  }
}

async function digestOf(data: Float32Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", data);
  return new Uint8Array(digest).toHex();
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
