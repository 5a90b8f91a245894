import { basename, resolve } from "node:path";
import { openDevice } from "../../compiler/mod.ts";
import {
  alignColumns,
  assertReplaceable,
  assertWritableFolder,
  exists,
  firstDifference,
  InputError,
  readCheckedJson,
  RunFailedError,
  writeFileAtomically,
} from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { readText } from "../../formats/text/mod.ts";
import { readTrainedModels, trainedShape } from "../../pipeline/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import {
  evaluate,
  evaluateFlags,
  type EvaluateHost,
  evaluateVideo,
  videoDataOf,
} from "../evaluate/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { readProject } from "../version/project.ts";
import { releaseCard } from "./card.ts";
import { writeChecksums } from "./checksums.ts";
import { metricsOf, videoMetricsOf } from "./metrics.ts";
import { type ReleaseFlags, releaseFlags } from "./options.ts";
import {
  compareMetrics,
  type Comparison,
  metricText,
  releasedSchema,
  thresholdsSchema,
} from "./verdict.ts";
import { writeModels } from "./write_models.ts";

/** `deno task release`: evaluates a checkpoint, compares it, and writes its release. */
async function release(
  { checkpoint: [given], out, overwrite, device: name, ...files }: ReleaseFlags,
  signal: AbortSignal,
): Promise<number> {
  const checkpoint = given!.replace(/\/+$/, "");
  const path = files.thresholds ?? `${checkpoint}/thresholds.json`;
  const thresholds = await readCheckedJson(
    path,
    thresholdsSchema,
    "correct it",
  );
  if (thresholds === undefined) {
    throw new InputError(
      `Cannot release "${checkpoint}": it must have thresholds: there is no ` +
        `"${path}"; write one, as in checkpoints/nano, or name it by --thresholds`,
    );
  }
  const before = await releaseBefore(checkpoint, files.last);
  assertSameSettings(thresholds.evaluate, before);
  const card = await readText(`${checkpoint}/README.md`);
  const models = await readTrainedModels(checkpoint);
  await assertReplaceable([out], overwrite, "--out");
  await assertWritableFolder(out, "--out");
  const staging = `${resolve(out)}.partial-${Deno.pid}`;
  try {
    const options = evaluateFlags.parse({
      ...flagTexts(thresholds.evaluate),
      ...{ checkpoint, device: name, out: `${staging}/evaluation` },
      ...(files.data !== undefined && { data: files.data }),
    });
    const host: EvaluateHost = {
      progress: terminalProgress(),
      signal,
      clock: () => performance.now(),
      // Its tables are in the page of the release.
      log: () => {},
    };
    const video = await videoDataOf(options);
    const metrics = video
      ? videoMetricsOf(await evaluateVideo(options, video, host))
      : metricsOf((await evaluate(options, host)).evaluations.at(-1)!);
    const comparisons = compareMetrics(
      metrics,
      thresholds.metrics,
      before?.metrics,
    );
    for (const line of tableOf(comparisons)) log(line);
    const refusals = comparisons.flatMap(({ refusals }) => refusals);
    if (refusals.length > 0) {
      throw new RunFailedError(
        `Cannot release "${checkpoint}": ${refusals.join("; ")}`,
      );
    }
    const { version } = await readProject();
    using device = await openDevice(name, { cache: GRAPH_CACHE });
    await writeModels(staging, {
      models,
      source: { trained: true, ...models.facts },
      version,
      shape: trainedShape(models.facts.diffusion),
      prompts: thresholds.samples,
      device,
    });
    await writeFileAtomically(
      `${staging}/release.json`,
      `${
        JSON.stringify(
          { version, evaluate: thresholds.evaluate, metrics },
          null,
          2,
        )
      }\n`,
    );
    await writeFileAtomically(
      `${staging}/README.md`,
      releaseCard(card, {
        name: basename(checkpoint),
        version,
        metrics: comparisons,
        prompts: thresholds.samples,
      }),
    );
    await Deno.copyFile("LICENSE", `${staging}/LICENSE`);
    await writeChecksums(staging);
    if (overwrite && await exists(out)) {
      await Deno.remove(out, { recursive: true });
    }
    await Deno.rename(staging, out);
  } finally {
    if (await exists(staging)) await Deno.remove(staging, { recursive: true });
  }
  log(`release: ${out}`);
  log(`check it in PyTorch: python ${out}/twin.py check`);
  log(`upload it: huggingface-cli upload OWNER/NAME ${out}`);
  log(
    `compare the next one with it: cp ${out}/release.json ${checkpoint}/`,
  );
  return 0;
}

/** The metrics of the release before, where there was one. */
async function releaseBefore(checkpoint: string, last: string | undefined) {
  const path = last ?? `${checkpoint}/release.json`;
  const before = await readCheckedJson(path, releasedSchema, "correct it");
  if (before !== undefined) return before;
  if (last !== undefined) {
    throw new InputError(
      `Cannot use --last "${last}": it must be the release.json of a release: ` +
        "there is no such file",
    );
  }
  log(`no release before: "${path}" is missing, so that limits alone count`);
  return undefined;
}

/** @throws {InputError} if the release before was evaluated in another way */
function assertSameSettings(
  settings: Readonly<Record<string, unknown>>,
  before: { readonly evaluate: Readonly<Record<string, unknown>> } | undefined,
): void {
  const changed = before && firstDifference(before.evaluate, settings);
  if (!changed) return;
  throw new InputError(
    `Cannot compare with the release before: ${changed.field} of its ` +
      `evaluation must be that of the thresholds: it is ${changed.before}, ` +
      `the thresholds have ${changed.after}; evaluate both alike`,
  );
}

/** Settings as the command line has them. */
function flagTexts(
  settings: Readonly<Record<string, string | number | boolean>>,
): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      typeof value === "number" ? String(value) : value,
    ]),
  );
}

function tableOf(comparisons: readonly Comparison[]): string[] {
  return alignColumns(
    [
      ["metric", "now", "before", "verdict"],
      ...comparisons.map((comparison) => [
        comparison.name,
        metricText(comparison),
        comparison.before ? metricText(comparison.before) : "-",
        comparison.refusals.length === 0 ? "passed" : "refused",
      ]),
    ],
    () => false,
  ).map((line) => line.trimEnd());
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task release",
    purpose:
      "Evaluates a checkpoint, refuses it below its thresholds or behind the release before, and writes a folder that other programs load.",
    flags: releaseFlags,
    run: release,
  });
}
