import type { Ltx2Config } from "../configuration.ts";
import { evenAttentionTensors, feedForwardTensors } from "./attention.ts";
import { type TensorSpec, under } from "./tensor.ts";

/**
 * The linear layer, without bias, that reads all of Gemma's hidden states side
 * by side.
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
 * Tensors of the two connectors, small transformers of one stream each that
 * make Gemma's output a caption.
 */
export function connectorTensors(
  { text, captionChannels }: Ltx2Config,
): TensorSpec[] {
  const connector: TensorSpec[] = [
    { name: "learnable_registers", shape: [text.registers, captionChannels] },
    ...Array.from(
      { length: text.layers },
      (_, i) =>
        under(`transformer_1d_blocks.${i}`, [
          ...evenAttentionTensors("attn1", captionChannels),
          ...feedForwardTensors("ff", captionChannels),
        ]),
    ).flat(),
  ];
  return [
    ...under("video_embeddings_connector", connector),
    ...under("audio_embeddings_connector", connector),
  ];
}
