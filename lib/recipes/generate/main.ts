import { openDevice } from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import { latentSizeOf } from "../../models/vae/mod.ts";
import {
  openPipeline,
  readTrainedModels,
  type TrainedModels,
} from "../../pipeline/mod.ts";
import { log, print, runProgram } from "../command_line/mod.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { type GenerateFlags, generateFlags } from "./options.ts";
import { assertWritable, outputAt } from "./output.ts";

/** `deno task generate`: prompts become videos. */
async function generate(
  options: GenerateFlags,
  signal: AbortSignal,
): Promise<number> {
  const prompts = (options.prompt.length > 0 ? options.prompt : [""])
    .flatMap((prompt) => new Array<string>(options.count).fill(prompt));
  const output = outputAt(options.out, prompts.length);
  const laps = stopwatch();
  const models = await readTrainedModels(options.checkpoint);
  const size = checkedSize(options, models);
  await assertWritable(output, { ...size, fps: options.fps });
  laps.lap("read");
  using device = await openDevice(options.device, { cache: GRAPH_CACHE });
  const { seed, fps, steps, guidance, rescale, sampler } = options;
  using pipeline = await openPipeline(device, models, {
    vaeMemory: options.vaeMemory * 2 ** 20,
  });
  laps.lap("open");
  const settings = { seed, ...size, fps, steps, guidance, rescale, sampler };
  let unknown: readonly string[] = [];
  const [clips, { writeVideos }] = await Promise.all([
    pipeline.generate({
      ...settings,
      prompts,
      language: options.language,
      onUnknownWords(words, warning) {
        unknown = words;
        log(warning);
      },
      progress: terminalProgress(),
      signal,
    }),
    import("./write_videos.ts"), // loads while the clips are drawn
  ]);
  laps.lap("draw");
  const { videos, sheet } = output;
  await writeVideos(output, clips, prompts);
  laps.lap("write");
  if (options.json) {
    print(JSON.stringify({
      prompts,
      videos,
      sheet,
      unknownWords: unknown,
      models: models.digests,
      settings: { ...settings, device: device.name },
      seconds: laps.seconds,
    }));
    return 0;
  }
  for (const video of videos) log(`video: ${video}`);
  log(`contact sheet: ${sheet}`);
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
        /^Cannot encode a clip: (\w+)/,
        (_, name) =>
          `Cannot generate: --${name === "frames" ? "frames" : "size"}`,
      ),
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
