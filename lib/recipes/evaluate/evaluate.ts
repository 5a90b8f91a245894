import { describeDevice, openDevice } from "../../compiler/mod.ts";
import { type Progress, writeFileAtomically } from "../../core/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import { diffusionFilesIn } from "../../pipeline/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { importedI3d, trainedWorld3d } from "../metrics/networks.ts";
import { evaluateModel, type Evaluation } from "./evaluation.ts";
import { evaluationText } from "./evaluation_text.ts";
import type { Sample } from "./examiner.ts";
import { openModel } from "./model.ts";
import type { EvaluateOptions } from "./options.ts";
import { languagesOf } from "./questions.ts";
import { evaluationHtml } from "./report.ts";

/** Where an evaluation runs: a terminal, a notebook or a test. */
export interface EvaluateHost {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  /** Takes lines for people. */
  say(text: string): void;
}

/** What was found, and some clips to look at. */
export interface Findings {
  /** One for each checkpoint, the earliest phase first. */
  readonly evaluations: readonly Evaluation[];
  /** Of the last checkpoint. */
  readonly samples: readonly Sample[];
}

/**
 * Measures trained models and writes `report.html` and `report.json`:
 * `deno task evaluate`, or a cell of a notebook. What was found is kept, so an
 * evaluation that was stopped goes on.
 *
 * @throws {InputError} if there are no such models, or weights are missing
 * @throws {StoppedError} if the signal asked for it
 */
export async function evaluate(
  options: EvaluateOptions,
  host: EvaluateHost,
): Promise<Findings> {
  const { out, geometry, perLanguage, perObject } = options;
  const { steps, guidance, rescale, sampler } = options;
  const languages = languagesOf(options.languages);
  const phases = options.phases.split(",").map(Number) as Phase[];
  const paths = await diffusionFilesIn(options.checkpoint);
  const chosen = options.everyPhase ? paths : paths.slice(-1);
  using device = await openDevice(options.device, { cache: GRAPH_CACHE });
  host.say(await describeDevice(device));
  using world3d = await trainedWorld3d(device, options.world3d);
  using i3d = options.fvd
    ? await importedI3d(device, options.weights)
    : undefined;
  const { frames, size, fps } = world3d.config;
  const shape = { frames, height: size, width: size, fps };
  const evaluations: Evaluation[] = [];
  let samples: Sample[] = [];
  for (const path of chosen) {
    using model = await openModel(path, shape, {
      steps,
      guidance,
      rescale,
      sampler,
    }, device);
    const isLast = path === chosen.at(-1);
    host.say(`${model.name}: trained ${trainedText(model.phase)}`);
    const found = await evaluateModel(model, {
      world3d,
      ...(i3d && { i3d }),
      seed: options.seed,
      phases,
      clips: options.clips,
      heldOut: options.heldOut,
      ...(isLast && {
        prompts: { geometry, perLanguage, languages, perObject },
      }),
      batch: options.batch,
      cache: options.cache,
      progress: host.progress,
      signal: host.signal,
      clock: host.clock,
    });
    evaluations.push(found.evaluation);
    samples = found.samples;
    host.say(evaluationText(found.evaluation));
  }
  await Deno.mkdir(out, { recursive: true });
  const json = JSON.stringify({ options, evaluations }, null, 2);
  await writeFileAtomically(`${out}/report.json`, `${json}\n`);
  await writeFileAtomically(
    `${out}/report.html`,
    await evaluationHtml(evaluations, samples),
  );
  host.say(`report: ${out}/report.html`);
  return { evaluations, samples };
}

function trainedText(phase: Phase): string {
  const last = PHASES.at(-1)!;
  return phase === last
    ? "through all phases"
    : `up to phase ${phase} of ${last}: what comes later was never seen`;
}
