import type { Ltx2Config } from "../configuration.ts";
import { evenAttentionTensors, feedForwardTensors } from "./attention.ts";
import { type TensorSpec, under } from "./tensor.ts";

/**
 * The linear layer, without bias, that reads all of Gemma's hidden states side
 * by side.
 *
 * @example
 * ```ts
 * import { LTX2, textProjectionTensors } from "lib/ltx2/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // 49 x 3840 = 188,160 numbers for each token of a prompt.
 * assert.deepEqual(textProjectionTensors(LTX2)[0]!.shape, [3840, 188_160]);
 * ```
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
 *
 * @example
 * ```ts
 * import { connectorTensors, LTX2 } from "lib/ltx2/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const attention = connectorTensors(LTX2).filter(({ name }) => name.includes("attn"));
 * assert.equal(attention.length, 2 * 2 * 10);
 * ```
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
