import { openDevice } from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import { clipTokens } from "../../models/text_to_video/mod.ts";
import { strideOf } from "../../models/vae/mod.ts";
import {
  checkMotion,
  fastestMotion,
  guidanceOf,
  openPipeline,
  readTrainedModels,
  samplerNameOf,
  type TrainedModels,
  trainedShape,
} from "../../pipeline/mod.ts";
import { log, print, runProgram } from "../command_line/mod.ts";
import { frameSizeOf } from "../clip_size.ts";
import { GRAPH_CACHE } from "../graph_cache.ts";
import { loraFilesOf } from "../lora.ts";
import { givenModel } from "../own_model.ts";
import { type GenerateFlags, generateFlags } from "./options.ts";
import { draw, wishesOf } from "./draw.ts";
import { readGiven } from "./given.ts";
import { readMotion } from "./motion.ts";
import { assertWritable, newOutput } from "./output.ts";
import { warningsOf } from "./warnings.ts";

/** `deno task generate`: prompts become videos. */
async function generate(
  options: GenerateFlags,
  signal: AbortSignal,
): Promise<number> {
  const wishes = {
    prompts: options.prompt.length > 0 ? options.prompt : [""],
    seeds: options.seed,
    count: options.count,
  };
  const wanted = wishesOf(wishes);
  const output = await newOutput(
    options.out,
    wanted.length,
    options.overwrite,
  );
  const laps = stopwatch();
  const models = await readTrainedModels(options.checkpoint, {
    model: await givenModel(options.model),
    log,
    lora: loraFilesOf(options.lora),
  });
  const shape = checkedShape(options, models);
  const { time } = strideOf(models.config.vae);
  const given = await readGiven(options, shape, { time, log });
  const field = await readMotion(options, shape);
  if (field) checkMotion(field, fastestMotion(strideOf(models.config.vae)));
  await assertWritable(output, shape);
  laps.lap("read");
  using device = await openDevice(options.device, { cache: GRAPH_CACHE });
  const { steps, guidanceInterval, rescale } = options;
  const sampler = samplerNameOf(models.facts.diffusion, options.sampler);
  const guidance = guidanceOf(
    models.facts.diffusion,
    options.guidance ?? (field ? MOTION_GUIDANCE : undefined),
  );
  const { motionStrength } = options;
  using pipeline = await openPipeline(device, models, {
    vaeMemory: options.vaeMemory * 2 ** 20,
  });
  laps.lap("open");
  const sampling = { steps, guidance, guidanceInterval, rescale, sampler };
  const settings = { ...shape, ...sampling };
  if (!options.json) log(shapeText(shape, options));
  const asked = {
    ...shape,
    prompts: wishes.prompts,
    motionStrength: field && motionStrength,
  };
  for (const line of warningsOf(models, asked)) log(line);
  const motion = field && {
    field,
    strength: motionStrength,
    sigmas: options.motionSigmas,
  };
  const unknown = new Set<string>();
  const [clips, { writeVideos }] = await Promise.all([
    draw(pipeline, wishes, {
      ...settings,
      motion,
      language: options.language,
      onUnknownWords(words, warning) {
        if (words.every((word) => unknown.has(word))) return;
        for (const word of words) unknown.add(word);
        log(warning);
      },
      progress: terminalProgress(),
      signal,
    }, { negative: options.negative, given }),
    import("./write_videos.ts"), // loads while the clips are drawn
  ]);
  laps.lap("draw");
  const { videos, sheet } = output;
  await writeVideos(output, clips, wanted);
  laps.lap("write");
  if (options.json) {
    print(JSON.stringify({
      prompts: wanted.map(({ prompt }) => prompt),
      seeds: wanted.map(({ seed }) => seed),
      videos,
      sheet,
      unknownWords: [...unknown],
      models: models.digests,
      settings: {
        ...settings,
        device: device.name,
        ...(motion && { motionStrength, motionSigmas: motion.sigmas }),
        ...(given && { given: givenFiles(options) }),
      },
      seconds: laps.seconds,
    }));
    return 0;
  }
  for (const video of videos) log(`video: ${video}`);
  log(`contact sheet: ${sheet}`);
  return 0;
}

/** Guidance of clips whose motion is given: more moved other than as asked (docs/log.md). */
const MOTION_GUIDANCE = 2;

/** The flags of what is given beside the prompt. */
function givenFiles(
  { image, lastImage, inpaint, keep, continue: continued }: GenerateFlags,
): Readonly<Record<string, string | undefined>> {
  return { image, lastImage, inpaint, keep, continue: continued };
}

/**
 * The shape of the clips: that of the model's training, where no flag says else.
 *
 * @throws {InputError} naming the flag and the nearest legal value
 */
function checkedShape(
  { frames, size, fps }: GenerateFlags,
  { config, facts }: TrainedModels,
): ClipShape {
  const trained = trainedShape(facts.diffusion);
  const clip = {
    frames: frames ?? trained.frames,
    height: trained.height,
    width: trained.width,
    fps: fps ?? trained.fps,
    ...(size !== undefined && frameSizeOf(size)),
  };
  try {
    clipTokens(config, clip);
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

/** `16x64x64 at 8 fps, as the model was trained`. */
function shapeText(
  { frames, height, width, fps }: ClipShape,
  options: GenerateFlags,
): string {
  const isTrained = [options.frames, options.size, options.fps]
    .every((flag) => flag === undefined);
  return `frames x height x width: ${frames}x${height}x${width} at ${fps} fps` +
    (isTrained ? ", as the model was trained" : "");
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
