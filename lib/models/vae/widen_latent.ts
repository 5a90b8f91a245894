import { type NdArray, type Rng, zeros } from "../../core/mod.ts";
import { copyIntoCorner, type LinearParameters } from "../layers/mod.ts";
import type { VaeConfig } from "./config.ts";
import { initVae, type VaeParameters } from "./video_vae.ts";

/**
 * Adds channels to the latents of a trained VAE. Its encoder writes random
 * features into them, which its decoder ignores at first: reconstructions stay
 * the same.
 *
 * @param config Of the wider VAE, the same but for `latentChannels`.
 */
export function widenLatent(
  parameters: VaeParameters,
  config: VaeConfig,
  rng: Rng,
): VaeParameters {
  const { encoder, decoder } = parameters;
  const { shortcut: _, ...convolutions } = config;
  const fresh = initVae(convolutions, rng);
  // The output holds means, then log-variances.
  const both = (narrow: NdArray, wide: NdArray): NdArray => ({
    ...copyIntoCorner(inHalves(narrow), inHalves(wide)),
    shape: wide.shape,
  });
  const { weight, bias } = encoder.output;
  return {
    ...parameters,
    encoder: {
      ...encoder,
      output: {
        weight: both(weight, fresh.encoder.output.weight),
        bias: both(bias, fresh.encoder.output.bias),
      },
      ...(encoder.shortcut && {
        shortcut: widened(encoder.shortcut, { to: config.latentChannels }),
      }),
    },
    decoder: {
      ...decoder,
      input: {
        ...decoder.input,
        weight: copyIntoCorner<NdArray>(
          decoder.input.weight,
          zeros(fresh.decoder.input.weight.shape),
        ),
      },
      ...(decoder.shortcut && {
        shortcut: widened(decoder.shortcut, { from: config.latentChannels }),
      }),
    },
  };
}

/** A linear layer with zeros for further channels of its input or output. */
function widened(
  { weight, bias }: LinearParameters,
  size: { readonly from?: number; readonly to?: number },
): LinearParameters {
  const [from, to] = weight.shape as [number, number];
  const wide = { from, to, ...size };
  return {
    weight: copyIntoCorner<NdArray>(weight, zeros([wide.from, wide.to])),
    bias: copyIntoCorner<NdArray>(bias, zeros([wide.to])),
  };
}

/** Reshapes `[..., 2Z]` to `[..., 2, Z]`. */
function inHalves(array: NdArray): NdArray {
  return {
    ...array,
    shape: [...array.shape.slice(0, -1), 2, array.shape.at(-1)! / 2],
  };
}
