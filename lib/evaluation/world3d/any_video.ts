import { CHANNELS, type Clip, InputError } from "../../core/mod.ts";
import type { FeatureNetwork } from "../feature_network.ts";
import { resizeWeights } from "../resize.ts";
import type { World3dNetwork } from "./open.ts";

/**
 * world3d for clips of any size and rate: the first frames of each are scaled to
 * the network's size, whatever their aspect, and count as if at its rate.
 * Unlike frame by frame networks it tells time that runs backwards.
 *
 * The caller still disposes of the network.
 */
export function anyVideo(network: World3dNetwork): FeatureNetwork {
  const { frames, height, width } = network.shape;
  return {
    setting: {
      ...network.setting,
      resize:
        `bilinear to ${width}x${height}, centres aligned, antialiasing; ` +
        `the first ${frames} frames as if at ${network.shape.fps} fps`,
    },
    batch: network.batch,
    async featuresOf(clips) {
      return await network.featuresOf(clips.map((clip) => {
        if (clip.frames >= frames) return scaled(clip, network.shape);
        throw new InputError(
          `Cannot apply world3d: clips must have at least ${frames} frames: ` +
            `current count is ${clip.frames}; pass longer clips`,
        );
      }));
    },
    [Symbol.dispose]() {},
  };
}

/** The first frames of a clip at another size. */
function scaled(
  clip: Clip,
  { frames, height, width, fps }: World3dNetwork["shape"],
): Clip {
  const down = resizeWeights(clip.height, height, true);
  const across = resizeWeights(clip.width, width, true);
  const data = new Float32Array(frames * height * width * CHANNELS);
  const rows = new Float32Array(height * clip.width * CHANNELS);
  const row = clip.width * CHANNELS;
  for (let t = 0; t < frames; t++) {
    rows.fill(0);
    for (let y = 0; y < height; y++) {
      for (let from = 0; from < clip.height; from++) {
        const weight = down[y * clip.height + from]!;
        if (weight === 0) continue;
        const start = (t * clip.height + from) * row;
        for (let i = 0; i < row; i++) {
          rows[y * row + i]! += weight * clip.data[start + i]!;
        }
      }
    }
    for (let x = 0; x < width; x++) {
      for (let from = 0; from < clip.width; from++) {
        const weight = across[x * clip.width + from]!;
        if (weight === 0) continue;
        for (let y = 0; y < height; y++) {
          const to = ((t * height + y) * width + x) * CHANNELS;
          for (let c = 0; c < CHANNELS; c++) {
            data[to + c]! += weight * rows[y * row + from * CHANNELS + c]!;
          }
        }
      }
    }
  }
  return { frames, height, width, fps, data };
}
