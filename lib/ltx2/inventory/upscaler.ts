import type { Ltx2Config } from "../configuration.ts";
import { convolution, type TensorSpec, withPrefix } from "./tensor.ts";

/** Channels that PixelShuffle turns into twice the height and width. */
const PIXEL_SHUFFLE = 2 ** 2;
/** The kernel of a fixed blur, stored although unused at this scale. */
const BLUR = [1, 1, 5, 5];

/**
 * Tensors of the network that doubles a latent's height and width: residual
 * blocks of 3-D convolutions with GroupNorm, a 2-D convolution and PixelShuffle
 * between them.
 */
export function upscalerTensors({ upscaler }: Ltx2Config): TensorSpec[] {
  const { channels, width, blocksBefore, blocksAfter } = upscaler;
  const blocks = (name: string, count: number): TensorSpec[] =>
    Array.from({ length: count }, (_, i) =>
      withPrefix(`${name}.${i}`, [
        ...convolution("conv1", width, width),
        ...norm("norm1", width),
        ...convolution("conv2", width, width),
        ...norm("norm2", width),
      ])).flat();
  return [
    ...convolution("initial_conv", channels, width),
    ...norm("initial_norm", width),
    ...blocks("res_blocks", blocksBefore),
    ...convolution("upsampler.conv", width, PIXEL_SHUFFLE * width, [3, 3]),
    { name: "upsampler.blur_down.kernel", shape: BLUR, constant: true },
    ...blocks("post_upsample_res_blocks", blocksAfter),
    ...convolution("final_conv", width, channels),
  ];
}

function norm(name: string, width: number): TensorSpec[] {
  return [
    { name: `${name}.weight`, shape: [width] },
    { name: `${name}.bias`, shape: [width] },
  ];
}
