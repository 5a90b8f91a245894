import { type Ltx2Config, REPORTED } from "./configuration.ts";
import { parametersOf } from "./inventory/tensor.ts";
import { blockTensors, transformerTensors } from "./inventory/transformer.ts";
import { upscalerTensors } from "./inventory/upscaler.ts";
import { decoderTensors, encoderTensors } from "./inventory/video_vae.ts";
import { attentionNameAccount, quantisedBlocksFor } from "./quantisation.ts";

/** The totals that `deno task analyze --json` prints. */
export interface Ltx2Totals {
  readonly transformer: {
    readonly tensors: number;
    readonly parameters: number;
    readonly parametersPerBlock: number;
    readonly attentionModules: number;
  };
  readonly fp8: {
    /** Tensor names that contain "attn" in the published fp8 file. */
    readonly attnNames: number;
    readonly quantisedBlocks: number;
  };
  /** Parameters. */
  readonly vae: { readonly encoder: number; readonly decoder: number };
  readonly upscaler: { readonly parameters: number };
}

/**
 * The totals of LTX-2, from its configuration alone; only the number of
 * quantised blocks is solved for from the reported count of names.
 *
 * @example
 * ```ts
 * import { LTX2, totalsOf } from "lib/ltx2/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(totalsOf(LTX2), {
 *   transformer: {
 *     tensors: 3510,
 *     parameters: 18_876_174_592,
 *     parametersPerBlock: 386_074_624,
 *     attentionModules: 288,
 *   },
 *   fp8: { attnNames: 4936, quantisedBlocks: 42 },
 *   vae: { encoder: 694_098_881, decoder: 528_380_720 },
 *   upscaler: { parameters: 497_867_904 },
 * });
 * ```
 */
export function totalsOf(config: Ltx2Config): Ltx2Totals {
  const transformer = transformerTensors(config);
  const quantisedBlocks = quantisedBlocksFor(config, REPORTED.attentionNames);
  const names = attentionNameAccount(config, quantisedBlocks);
  return {
    transformer: {
      tensors: transformer.length,
      parameters: parametersOf(transformer),
      parametersPerBlock: parametersOf(blockTensors(config)),
      attentionModules: names.modules,
    },
    fp8: { attnNames: names.total, quantisedBlocks },
    vae: {
      encoder: parametersOf(encoderTensors(config)),
      decoder: parametersOf(decoderTensors(config)),
    },
    upscaler: { parameters: parametersOf(upscalerTensors(config)) },
  };
}
