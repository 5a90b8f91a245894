import { describeDevice, openDevice } from "../../compiler/mod.ts";
import {
  assertWritableFolder,
  makeWritableFolder,
  writeFileAtomically,
} from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import {
  evaluateModel,
  type Evaluation,
  type EvaluationWork,
  type Sample,
} from "../../evaluation/mod.ts";
import { readText } from "../../formats/text/mod.ts";
import { diffusionFilesIn } from "../../pipeline/mod.ts";
import {
  type FlagSchema,
  log,
  print,
  type Program,
} from "../command_line/mod.ts";
import { launchOf, ONE_RANK, onFirstRank } from "../../ranks/mod.ts";
import { type OwnRun, ownScores } from "../../trainer/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { inRanks, type RankHost } from "../in_ranks.ts";
import { importedI3d, trainedWorld3d } from "../metrics/networks.ts";
import { assertSameEvaluation, evaluationFolder } from "./earlier_report.ts";
import { openModel } from "./model.ts";
import { evaluateVideo, videoDataOf } from "./own_video.ts";
import { languagesOf } from "../languages.ts";
import { loraFilesOf } from "../lora.ts";
import { givenModel } from "../own_model.ts";
import { evaluateFlags, type EvaluateOptions } from "./options.ts";
import { scoresText, videoText } from "./video_text.ts";
import { evaluationHtml, evaluationText } from "./report.ts";

/** Host of an evaluation: a terminal, a notebook or a test. */
export interface EvaluateHost
  extends RankHost, Pick<EvaluationWork, "progress" | "signal" | "clock"> {
  /**
   * Receives the report as text and all lines but the last; default: `log`. A
   * notebook shows tables in its place.
   */
  readonly details?: (text: string) => void;
}

/** Evaluations, and some clips to look at. */
export interface Findings {
  /** One for each checkpoint, the earliest phase first. */
  readonly evaluations: readonly Evaluation[];
  /** Of the last checkpoint; on the first rank alone. */
  readonly samples: readonly Sample[];
}

/**
 * Evaluates trained models and writes `report.html` and `report.json`:
 * `deno task evaluate`, or a cell of a notebook. Scores are cached, so that an
 * evaluation that was stopped goes on.
 *
 * @throws {InputError} if there are no such models, or weights are missing
 * @throws {StoppedError} if the signal is aborted
 */
export async function evaluate(
  options: EvaluateOptions,
  host: EvaluateHost,
): Promise<Findings> {
  const { ranks = ONE_RANK, details = host.log } = host;
  const { out, seed, clips, heldOut, batch, cache } = options;
  const { geometry, perLanguage, perObject } = options;
  const { steps, guidance, rescale, sampler } = options;
  const sampling = { steps, guidance, rescale, sampler };
  const languages = languagesOf(options.languages);
  const phases = options.phases.split(",").map(Number) as Phase[];
  const paths = await diffusionFilesIn(options.checkpoint);
  const chosen = options.everyPhase ? paths : paths.slice(-1);
  await assertSameEvaluation(options);
  await onFirstRank(ranks, async () => {
    await assertWritableFolder(out, "--out", ["report.json", "report.html"]);
    await assertWritableFolder(cache, "--cache");
  });
  using device = await openDevice(options.device, {
    cache: GRAPH_CACHE,
    threads: host.threads,
  });
  details(await describeDevice(device));
  using world3d = await trainedWorld3d(device, options.world3d);
  using i3d = options.fvd
    ? await importedI3d(device, options.weights)
    : undefined;
  const evaluations: Evaluation[] = [];
  let samples: Sample[] = [];
  let scores: Readonly<Record<string, number>> = {};
  for (const path of chosen) {
    using model = await openModel(path, world3d.shape, sampling, device, {
      model: await givenModel(options.model),
      lora: loraFilesOf(options.lora),
      log: details,
    });
    const { frames, height, width, fps } = world3d.shape;
    details(
      `${model.name}: trained ${
        trainedText(model.phase)
      }; generated clips of ` +
        `${frames}x${height}x${width} at ${fps} fps, as world3d reads them`,
    );
    const found = await evaluateModel(model, {
      ...host,
      ...{ world3d, seed, phases, clips, heldOut, batch, cache },
      ...(i3d && { i3d }),
      ...(path === chosen.at(-1) && {
        prompts: { geometry, perLanguage, languages, perObject },
      }),
    });
    evaluations.push(found.evaluation);
    samples = found.samples;
    details(evaluationText(found.evaluation));
    if (ranks.rank > 0) continue; // the samples are on the first one
    scores = await sampleScores(model.own as OwnRun | undefined, samples);
    for (const line of scoresText(scores)) details(line);
  }
  await onFirstRank(
    ranks,
    () => writeReport(options, { evaluations, samples }, scores),
  );
  host.log(`report: ${out}/report.html`);
  return { evaluations, samples };
}

async function writeReport(
  options: EvaluateOptions,
  { evaluations, samples }: Findings,
  scores: Readonly<Record<string, number>>,
): Promise<void> {
  const { out } = options;
  await makeWritableFolder(out, "--out");
  const json = JSON.stringify(
    { options, evaluations, ...(Object.keys(scores).length > 0 && { scores }) },
    null,
    2,
  );
  await writeFileAtomically(`${out}/report.json`, `${json}\n`);
  await writeFileAtomically(
    `${out}/report.html`,
    await evaluationHtml(evaluations, samples),
  );
}

/** Metrics of a module over the clips to look at; none without a module. */
async function sampleScores(
  own: OwnRun | undefined,
  samples: readonly Sample[],
): Promise<Record<string, number>> {
  return await ownScores(own?.parts.metrics, {
    generated: samples.map(({ generated }) => generated),
    real: samples.map(({ real }) => real),
    captions: samples.map(({ prompt }) => prompt),
  });
}

function trainedText(phase: Phase): string {
  const last = PHASES.at(-1)!;
  return phase === last
    ? "through all phases"
    : `up to phase ${phase} of ${last}; later phases are new to it`;
}

/** `deno task evaluate` in the process that runs it. */
export const evaluateCommand: Program<FlagSchema> = {
  usage: "deno task evaluate",
  purpose:
    "Evaluates a trained model: reconstruction by its VAE, held-out loss, distance of its clips from real ones, motion, and for models of the synthetic world adherence to prompts in 104 languages.",
  flags: evaluateFlags,
  async run(given, signal) {
    const checked = evaluateFlags.parse(given);
    const options = { ...checked, out: await evaluationFolder(checked) };
    const host: EvaluateHost = {
      progress: terminalProgress(),
      signal,
      clock: () => performance.now(),
      log,
    };
    await inRanks(launchOf(Deno.env.toObject()), host, async (host) => {
      const video = await videoDataOf(options);
      if (video) {
        const findings = await evaluateVideo(options, video, host);
        for (const line of videoText(findings)) host.log(line);
      } else await evaluate(options, host);
      if (!options.json || host.ranks?.rank) return;
      const report = await readText(`${options.out}/report.json`);
      print(report.trimEnd());
    });
    return 0;
  },
};
