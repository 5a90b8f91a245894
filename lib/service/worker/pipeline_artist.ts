import type { Device } from "../../compiler/mod.ts";
import type { Clip, Progress } from "../../core/mod.ts";
import {
  openPipeline,
  type Pipeline,
  readTrainedModels,
} from "../../pipeline/mod.ts";
import type { GridSize } from "../../models/vae/mod.ts";
import { flopsOfSteps } from "../jobs/mod.ts";
import { type Catalogue, STAND_IN } from "../models/mod.ts";
import type { Artist, Work } from "./artist.ts";
import { type ContentFilter, filtered } from "./content_filter.ts";

/** How the artist works. */
export interface ArtistOptions {
  /** Bytes of memory above which the VAE decodes in tiles. */
  readonly vaeMemory: number;
  readonly filter?: ContentFilter;
  /** Milliseconds. */
  readonly clock: () => number;
}

/** A model in memory, and for which sizes it was compiled. */
interface OpenModel {
  readonly name: string;
  readonly pipeline: Pipeline;
  /** Pixels of all frames, by size. */
  readonly sizes: Map<string, number>;
}

/**
 * Pixels of all frames of the sizes that a model stays compiled for: each takes
 * 0.2 kB of memory until the model is closed, measured with nano.
 */
const COMPILED_PIXELS = 4 * 2 ** 20;

/**
 * Draws with trained models. The last one used is kept open, until it was
 * compiled for so many sizes that they take too much memory.
 */
export function pipelineArtist(
  device: Device,
  catalogue: Catalogue,
  { vaeMemory, filter, clock }: ArtistOptions,
): Artist {
  let opened: OpenModel | undefined;
  let work: Work = nothing();
  const close = (): void => {
    opened?.pipeline[Symbol.dispose]();
    opened = undefined;
  };
  const pipelineFor = async (
    name: string,
    { frames, height, width }: GridSize,
  ): Promise<Pipeline> => {
    const key = `${frames}x${height}x${width}`;
    const pixels = frames * height * width;
    if (opened?.name !== name || !fits(opened, key, pixels)) close();
    if (opened === undefined) {
      const { folder } = catalogue.get(name)!;
      const models = await readTrainedModels(folder!);
      const pipeline = await openPipeline(device, models, { vaeMemory });
      opened = { name, pipeline, sizes: new Map() };
    }
    opened.sizes.set(key, pixels);
    return opened.pipeline;
  };
  return {
    models: [...catalogue.keys()].filter((name) => name !== STAND_IN),
    async draw(model, request, { tell, signal }) {
      work = nothing();
      const laps = stopwatch(clock);
      const pipeline = await pipelineFor(model, request);
      work = { ...work, seconds: { ...work.seconds, read: laps() } };
      signal.throwIfAborted();
      const { steps, sampler, prompt, ...settings } = request;
      const clipFlops = catalogue.get(model)!.clipFlops(request);
      const counted = (done: number, decoded: boolean): number =>
        flopsOfSteps(clipFlops, {
          steps: done,
          total: steps,
          sampler,
          decoded,
        });
      let sample = 0;
      const progress = progressTo((done) => {
        sample += laps();
        work = {
          seconds: { ...work.seconds, sample },
          flops: counted(done, false),
        };
        tell(done / steps);
      });
      const [clip] = await pipeline.generate({
        ...settings,
        prompts: [prompt],
        steps,
        sampler,
        progress,
        signal,
      });
      work = {
        seconds: { ...work.seconds, decode: laps() },
        flops: counted(steps, true),
      };
      signal.throwIfAborted();
      const result = filter && await filtered(filter, clip!);
      laps();
      return {
        ...work,
        filter: result,
        async write(path) {
          await writeVideo(path, clip!);
          work = { ...work, seconds: { ...work.seconds, write: laps() } };
        },
      };
    },
    work: () => work,
    [Symbol.dispose]: close,
  };
}

function fits({ sizes }: OpenModel, key: string, pixels: number): boolean {
  if (sizes.has(key)) return true;
  const compiled = [...sizes.values()].reduce((sum, each) => sum + each, 0);
  return compiled + pixels <= COMPILED_PIXELS;
}

/**
 * FFmpeg takes 0.3 s to load: not before the first video. The front door of the
 * folder would load a canvas, which reads variables of the environment.
 */
async function writeVideo(path: string, clip: Clip): Promise<void> {
  const { writeMp4 } = await import("../../dataset/encode/mp4.ts");
  await writeMp4(path, clip);
}

function progressTo(update: (done: number) => void): Progress {
  return {
    start: () => ({
      update,
      finish: () => {},
      [Symbol.dispose]: () => {},
    }),
  };
}

function nothing(): Work {
  return { seconds: { read: 0, sample: 0, decode: 0, write: 0 }, flops: 0 };
}

/** Seconds since the call before. */
function stopwatch(clock: () => number): () => number {
  let last = clock();
  return () => {
    const now = clock();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}
