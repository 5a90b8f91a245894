import { type Clip, float32, sizeOf } from "../core/mod.ts";
import type { GivenFrames } from "../models/diffusion/mod.ts";
import type { Pipeline } from "./pipeline.ts";

/** Frames of video that clips hold, from some latent frame on. */
export interface GivenPart {
  /** One for each prompt, all of one size; whole latent frames. */
  readonly clips: readonly Clip[];
  /** The latent frame of the clips at which these begin. */
  readonly at: number;
}

/**
 * Encodes frames that clips hold, each part alone: what lies between the parts
 * is not seen, since it will be drawn.
 *
 * @param parts In the order of their places, apart from each other.
 */
export async function encodeGiven(
  pipeline: Pick<Pipeline, "encode">,
  parts: readonly GivenPart[],
): Promise<GivenFrames> {
  const encoded = [];
  for (const { clips } of parts) encoded.push(await pipeline.encode(clips));
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
  return { latents: float32(shape, data), frames };
}
