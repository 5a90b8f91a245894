import { describeDevice, openDevice } from "../../compiler/mod.ts";
import { writeFileAtomically } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { QUESTIONS, scoreText } from "../../evaluation/mod.ts";
import { print, runProgram, say } from "../command_line/mod.ts";
import { importedI3d, trainedWorld3d } from "../metrics/networks.ts";
import { distanceText } from "../metrics/result_text.ts";
import {
  evaluateGenerator,
  type Evaluation,
  type Sample,
} from "./evaluation.ts";
import { openGenerator, phaseWeightsOf } from "./generator.ts";
import { evaluateFlags, type EvaluateOptions } from "./options.ts";
import { languagesOf, WorldQuestions } from "./questions.ts";
import { evaluationHtml } from "./report.ts";

/** `deno task evaluate`: what a model's clips are worth. */
async function evaluate(
  options: EvaluateOptions,
  signal: AbortSignal,
): Promise<number> {
  const { out, seed, clips, cache } = options;
  const paths = await phaseWeightsOf(options.checkpoint);
  const chosen = options.everyPhase ? paths : paths.slice(-1);
  const languages = languagesOf(options.languages);
  using device = await openDevice(options.device);
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
    using generator = await openGenerator(path, shape, options, device);
    const phase = options.phase ?? generator.phase as 1;
    const found = await evaluateGenerator(generator, {
      questions: new WorldQuestions(phase, seed, languages),
      lookers: { world3d, ...(i3d && { i3d }) },
      clips,
      cache,
      progress: terminalProgress(),
      signal,
      clock: () => performance.now(),
    });
    evaluations.push(found.evaluation);
    samples = found.samples;
    say(textOf(found.evaluation));
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

function textOf(
  { generator, phase, distances, all, ceiling, seconds }: Evaluation,
): string {
  return [
    `${generator}, prompts of phase ${phase}, ${seconds.toFixed(0)} s`,
    ...distances.map(distanceText),
    ...QUESTIONS.filter((question) => all[question]).map((question) =>
      `  ${question}: ${scoreText(all[question])}; real clips ${
        scoreText(ceiling[question])
      }`
    ),
  ].join("\n");
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task evaluate",
    purpose:
      "Measures the clips of a trained model: distance to real ones, adherence to prompts, movement.",
    flags: evaluateFlags,
    run: evaluate,
  });
}
