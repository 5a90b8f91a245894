import { type Clip, float32, type NdArray, sizeOf } from "../core/mod.ts";
import type { GivenFrames } from "../models/diffusion/mod.ts";
import type { PictureEdge } from "./linear_decoder.ts";
import type { Pipeline } from "./pipeline.ts";

/** Frames of video that clips hold, from some latent frame on. */
export interface GivenPart {
  /** One for each prompt, all of one size; whole latent frames, or pictures. */
  readonly clips: readonly Clip[];
  /** The latent frame of the clips at which these begin. */
  readonly at: number;
  /**
   * The clips are pictures, one frame each, that latent frame `at` shows first
   * or last; how it moves is left to the model.
   */
  readonly picture?: PictureEdge;
}

/**
 * Encodes frames that clips hold, each part alone: what lies between the parts
 * is not seen, since it will be drawn.
 *
 * @param parts In the order of their places, apart from each other.
 */
export async function encodeGiven(
  pipeline: Pick<Pipeline, "encode" | "encodePictures">,
  parts: readonly GivenPart[],
): Promise<GivenFrames> {
  const encoded: NdArray<"float32">[] = [];
  const known: (NdArray<"float32"> | undefined)[] = [];
  for (const { clips, picture } of parts) {
    if (picture === undefined) {
      const latents = await pipeline.encode(clips);
      encoded.push(latents);
      known.push(...new Array<undefined>(latents.shape[1]!));
    } else {
      const shown = await pipeline.encodePictures(clips, picture);
      encoded.push(shown.latents);
      known.push(shown.known);
    }
  }
  const frames = encoded.flatMap(({ shape }, i) =>
    Array.from({ length: shape[1]! }, (_, k) => parts[i]!.at + k)
  );
  const [clips = 0, , ...sides] = encoded[0]!.shape;
  const shape = [clips, frames.length, ...sides];
  const data = new Float32Array(sizeOf(shape));
  let filled = 0;
  for (let clip = 0; clip < clips; clip++) {
    for (const { data: part } of encoded) {
      const size = part.length / clips;
      data.set(part.subarray(clip * size, (clip + 1) * size), filled);
      filled += size;
    }
  }
  return { latents: float32(shape, data), frames, known };
}
