import { describeDevice, openDevice } from "../../compiler/mod.ts";
import { writeFileAtomically } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import { print, runProgram, say } from "../command_line/mod.ts";
import { diffusionFilesIn } from "../generate/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { importedI3d, trainedWorld3d } from "../metrics/networks.ts";
import { evaluateModel, type Evaluation } from "./evaluation.ts";
import { evaluationText } from "./evaluation_text.ts";
import type { Sample } from "./examiner.ts";
import { openModel } from "./model.ts";
import { evaluateFlags, type EvaluateOptions } from "./options.ts";
import { languagesOf } from "./questions.ts";
import { evaluationHtml } from "./report.ts";

/** `deno task evaluate`: what a model's clips are worth. */
async function evaluate(
  options: EvaluateOptions,
  signal: AbortSignal,
): Promise<number> {
  const { out, geometry, perLanguage, perObject } = options;
  const { steps, guidance, rescale, sampler } = options;
  const languages = languagesOf(options.languages);
  const phases = options.phases.split(",").map(Number) as Phase[];
  const paths = await diffusionFilesIn(options.checkpoint);
  const chosen = options.everyPhase ? paths : paths.slice(-1);
  using device = await openDevice(options.device, { cache: GRAPH_CACHE });
  say(await describeDevice(device));
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
    say(`${model.name}: trained ${trainedText(model.phase)}`);
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
      progress: terminalProgress(),
      signal,
      clock: () => performance.now(),
    });
    evaluations.push(found.evaluation);
    samples = found.samples;
    say(evaluationText(found.evaluation));
  }
  await Deno.mkdir(out, { recursive: true });
  const json = JSON.stringify({ options, evaluations }, null, 2);
  await writeFileAtomically(`${out}/report.json`, `${json}\n`);
  await writeFileAtomically(
    `${out}/report.html`,
    await evaluationHtml(evaluations, samples),
  );
  if (options.json) print(json);
  say(`report: ${out}/report.html`);
  return 0;
}

function trainedText(phase: Phase): string {
  const last = PHASES.at(-1)!;
  return phase === last
    ? "through all phases"
    : `up to phase ${phase} of ${last}: what comes later was never seen`;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task evaluate",
    purpose:
      "Measures a trained model: what its VAE keeps, distance of its clips to real ones, adherence to prompts in any language, held-out loss.",
    flags: evaluateFlags,
    run: evaluate,
  });
}
