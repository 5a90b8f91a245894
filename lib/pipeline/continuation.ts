import { CHANNELS, type Clip, InputError } from "../core/mod.ts";
import type { GenerateOptions } from "./generate_options.ts";
import type { Pipeline } from "./pipeline.ts";

/** How clips go on. */
export interface ContinueOptions extends Omit<GenerateOptions, "beginning"> {
  /** One for each prompt, of the size of the options. */
  readonly clips: readonly Clip[];
  /** Frames to add to each, 1 or more. */
  readonly more: number;
  /** Frames from which each chunk goes on: a multiple of the VAE's stride, below `frames`. */
  readonly overlap: number;
}

/**
 * Continues clips chunk by chunk: the last frames of each are the beginning of
 * the next chunk of `frames`, whose other frames are added. The chunks have
 * seeds that count up from that of the options.
 *
 * @returns the clips, longer by `more` frames; what was given stays as it is
 * @throws {InputError} if a clip is shorter than the overlap, or an option
 *   breaks its rule
 */
export async function continueClips(
  pipeline: Pick<Pipeline, "encode" | "generate">,
  { clips, more, overlap, ...options }: ContinueOptions,
): Promise<Clip[]> {
  const short = clips.find(({ frames }) => frames < overlap);
  if (short) {
    throw new InputError(
      `Cannot continue a clip: it must have ${overlap} frames or more, from ` +
        `which the next go on: it has ${short.frames}; give a longer one`,
    );
  }
  let grown = [...clips];
  for (let chunk = 0, missing = more; missing > 0; chunk++) {
    const beginning = await pipeline.encode(
      grown.map((clip) => part(clip, clip.frames - overlap, clip.frames)),
    );
    const next = await pipeline.generate({
      ...options,
      seed: options.seed + chunk,
      beginning,
    });
    const taken = Math.min(missing, options.frames - overlap);
    grown = grown.map((clip, i) =>
      joined(clip, part(next[i]!, overlap, overlap + taken))
    );
    missing -= taken;
  }
  return grown;
}

/** A clip of one frame, shown so many times. */
export function stillClip(clip: Clip, frames: number): Clip {
  const picture = part(clip, 0, 1).data;
  const data = new Float32Array(picture.length * frames);
  for (let t = 0; t < frames; t++) data.set(picture, t * picture.length);
  return { ...clip, frames, data };
}

function part(clip: Clip, from: number, to: number): Clip {
  const size = clip.height * clip.width * CHANNELS;
  return {
    ...clip,
    frames: to - from,
    data: clip.data.slice(from * size, to * size),
  };
}

function joined(a: Clip, b: Clip): Clip {
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { ...a, frames: a.frames + b.frames, data };
}
