import { openDevice } from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { latentSizeOf } from "../../models/vae/mod.ts";
import { print, runProgram, say } from "../command_line/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { openGenerator } from "../../pipeline/mod.ts";
import { type GenerateFlags, generateFlags } from "./options.ts";
import { outputAt } from "./output.ts";
import { readTrainedModels, type TrainedModels } from "../../pipeline/mod.ts";
import { readVocabulary } from "../../pipeline/mod.ts";

/** `deno task generate`: prompts become videos. */
async function generate(options: GenerateFlags): Promise<number> {
  const prompts = (options.prompt.length > 0 ? options.prompt : [""])
    .flatMap((prompt) => new Array<string>(options.count).fill(prompt));
  const output = outputAt(options.out, prompts.length);
  const laps = stopwatch();
  const models = await readTrainedModels(options.checkpoint);
  const size = checkedSize(options, models);
  const vocabulary = await readVocabulary(options.checkpoint);
  const unknown = [
    ...new Set(
      prompts.flatMap((prompt) =>
        vocabulary?.unknownWords(prompt, options.language) ?? []
      ),
    ),
  ];
  if (unknown.length > 0) {
    say(
      `warning: the models have never read ${
        unknown.map((word) => `"${word}"`).join(", ")
      }; what it shows is a guess`,
    );
  }
  laps.lap("read");
  using device = await openDevice(options.device, { cache: GRAPH_CACHE });
  using generator = await openGenerator(device, models);
  laps.lap("open");
  const clips = await generator.generate({
    ...size,
    prompts,
    seed: options.seed,
    fps: options.fps,
    steps: options.steps,
    guidance: options.guidance,
    rescale: options.rescale,
    sampler: options.sampler,
    progress: terminalProgress(),
  });
  laps.lap("draw");
  const { videos, sheet } = await output.write(clips, prompts);
  laps.lap("write");
  if (options.json) {
    print(JSON.stringify({
      prompts,
      videos,
      sheet,
      unknownWords: unknown,
      models: models.digests,
      settings: {
        seed: options.seed,
        ...size,
        fps: options.fps,
        steps: options.steps,
        guidance: options.guidance,
        rescale: options.rescale,
        sampler: options.sampler,
        device: device.name,
      },
      seconds: laps.seconds,
    }));
    return 0;
  }
  for (const video of videos) say(`video: ${video}`);
  say(`contact sheet: ${sheet}`);
  return 0;
}

/** @throws {InputError} naming the flag and the nearest legal value */
function checkedSize(
  { frames, size }: GenerateFlags,
  { config }: TrainedModels,
): { frames: number; height: number; width: number } {
  const clip = { frames, height: size, width: size };
  try {
    latentSizeOf(config.vae, clip);
    return clip;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.message.replace(
        /^Cannot encode a clip: (height|width)/,
        "Cannot generate: --size",
      )
        .replace(/^Cannot encode a clip: frames/, "Cannot generate: --frames"),
    );
  }
}

/** Seconds of each part of the work, from the start of the process on. */
function stopwatch(): {
  lap(name: string): void;
  readonly seconds: Readonly<Record<string, number>>;
} {
  const seconds: Record<string, number> = {};
  // The clock of a process begins with it.
  let last = 0;
  const lap = (name: string): void => {
    const now = performance.now();
    seconds[name] = Number(((now - last) / 1000).toFixed(2));
    last = now;
  };
  lap("start");
  return { lap, seconds };
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task generate",
    purpose: "Makes a video of each prompt, in any language.",
    flags: generateFlags,
    run: generate,
  });
}
