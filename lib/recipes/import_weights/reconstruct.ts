import type * as tf from "@tensorflow/tfjs-core";
import { jit, openDevice } from "../../compiler/mod.ts";
import {
  batchOfClips,
  clamped,
  clipsOfBatch,
  type NdArray,
} from "../../core/mod.ts";
import { decodeClip } from "../../dataset/decode/mod.ts";
import { writeMp4 } from "../../dataset/encode/mod.ts";
import { psnr } from "../../evaluation/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import {
  ltxDecode,
  ltxEncode,
  ltxStride,
  type LtxVaeConfig,
  type LtxVaeParameters,
} from "../../models/ltx_vae/mod.ts";

/** Latent cells along a side, and latent frames, of the clip that is tried. */
const CELLS = { side: 4, frames: 3 } as const;
/** Frames per second of that clip. */
const FPS = 24;

/**
 * Sends the beginning of a video through an imported VAE and back, to see that
 * the weights and their configuration belong together.
 *
 * @param path The video.
 * @param out The video that is written.
 * @returns PSNR, decibels: near 10 for random weights.
 * @throws {InputError} if the file is no video
 */
export async function reconstruct(
  parameters: LtxVaeParameters,
  config: LtxVaeConfig,
  path: string,
  out: string,
): Promise<number> {
  const { space, time } = ltxStride(config);
  const side = CELLS.side * space;
  const clip = await decodeClip(path, {
    frames: 1 + (CELLS.frames - 1) * time,
    height: side,
    width: side,
    fps: FPS,
  });
  using device = await openDevice("cpu");
  using through = jit(
    ({ p, x }: { p: Tensors<LtxVaeParameters>; x: tf.Tensor }) => ({
      y: ltxDecode(p, ltxEncode(p, x, config).mean, config),
    }),
    { device, name: "LTX VAE" },
  );
  const { y } = await through.run({ p: parameters, x: batchOfClips([clip]) });
  const [back] = clipsOfBatch(y as NdArray<"float32">, FPS).map(clamped);
  await writeMp4(out, back!);
  return psnr(back!, clip);
}
