import { type Clip, cutClip, InputError, joinClips } from "../core/mod.ts";
import type { GenerateOptions } from "./generate_options.ts";
import { encodeGiven } from "./given_parts.ts";
import type { Pipeline } from "./pipeline.ts";

/** How clips go on. */
export interface ContinueOptions extends Omit<GenerateOptions, "given"> {
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
  pipeline: Pick<Pipeline, "encode" | "encodePictures" | "generate">,
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
    const given = await encodeGiven(pipeline, [{
      clips: grown.map((clip) =>
        cutClip(clip, clip.frames - overlap, clip.frames)
      ),
      at: 0,
    }]);
    const next = await pipeline.generate({
      ...options,
      seed: options.seed + chunk,
      given,
    });
    const taken = Math.min(missing, options.frames - overlap);
    grown = grown.map((clip, i) =>
      joinClips(clip, cutClip(next[i]!, overlap, overlap + taken))
    );
    missing -= taken;
  }
  return grown;
}
