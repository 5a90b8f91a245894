import type { Ltx2Config } from "../configuration.ts";
import { evenAttentionTensors, feedForwardTensors } from "./attention.ts";
import { type TensorSpec, withPrefix } from "./tensor.ts";

/**
 * The linear layer, without bias, over all of Gemma's hidden states
 * concatenated.
 */
export function textProjectionTensors(
  { text, captionChannels }: Ltx2Config,
): TensorSpec[] {
  return [{
    name: "aggregate_embed.weight",
    shape: [captionChannels, text.hiddenStates * text.hiddenWidth],
  }];
}

/**
 * Tensors of the two connectors: small transformers, one for each stream, from
 * Gemma's output to caption tokens.
 */
export function connectorTensors(
  { text, captionChannels }: Ltx2Config,
): TensorSpec[] {
  const connector: TensorSpec[] = [
    { name: "learnable_registers", shape: [text.registers, captionChannels] },
    ...Array.from(
      { length: text.layers },
      (_, i) =>
        withPrefix(`transformer_1d_blocks.${i}`, [
          ...evenAttentionTensors("attn1", captionChannels),
          ...feedForwardTensors("ff", captionChannels),
        ]),
    ).flat(),
  ];
  return [
    ...withPrefix("video_embeddings_connector", connector),
    ...withPrefix("audio_embeddings_connector", connector),
  ];
}
