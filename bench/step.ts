import { remat } from "lib/compiler/mod.ts";
import { Rng } from "lib/core/mod.ts";
import { type BackboneConfig, layerKinds } from "lib/models/backbone/mod.ts";
import type { GridSize } from "lib/models/vae/mod.ts";
import type * as z from "zod";
import {
  type BlockStackBatch,
  blockStackBatch,
  blockStackLoss,
  blockStackOperations,
  type BlockStackParameters,
  initBlockStack,
} from "./block_stack.ts";
import { backboneConfigOf, type stepFlags, tripleOf } from "./flags.ts";
import type { BenchResult } from "./result.ts";
import { runTraining } from "./run_training.ts";
import type { TrainingCase } from "./training_case.ts";

/** Training the backbone's blocks on a grid of tokens. */
export function stepCase(
  config: BackboneConfig,
  grid: GridSize,
  batch: number,
  { recompute = false }: { readonly recompute?: boolean } = {},
): TrainingCase<BlockStackParameters, BlockStackBatch> {
  const rng = new Rng(1);
  return {
    name: "step",
    parameters: initBlockStack(config, rng.fork("parameters")),
    batch: blockStackBatch(config, grid, batch, rng.fork("batch")),
    lossOf: (parameters, batch) =>
      blockStackLoss(
        parameters,
        batch,
        config,
        grid,
        recompute ? { remat } : {},
      ),
    clipNorm: 1,
  };
}

/** The case compared with eager TF.js: one block of each kind in use. */
export function smallStepCase(
  { attentionLayers, cnnLayers }: Pick<
    BackboneConfig,
    "attentionLayers" | "cnnLayers"
  >,
  options: { readonly recompute?: boolean } = {},
): ReturnType<typeof stepCase> {
  return stepCase(
    {
      width: 24,
      heads: 2,
      cnnWidth: 8,
      textConditioning: "joint",
      attentionLayers: Math.min(1, attentionLayers),
      cnnLayers: Math.min(1, cnnLayers),
    },
    { frames: 2, height: 3, width: 3 },
    2,
    options,
  );
}

/** `deno task bench step`: forward, loss, gradient, clipping and AdamW of the blocks. */
export async function benchStep(
  options: z.infer<typeof stepFlags>,
): Promise<BenchResult> {
  const config = backboneConfigOf(options);
  const [frames, height, width] = tripleOf(options.tokens);
  const grid = { frames, height, width };
  return await runTraining({
    full: stepCase(config, grid, options.batch, options),
    small: smallStepCase(config, options),
    model: {
      ...config,
      kinds: layerKinds(config),
      grid: [frames, height, width],
      recompute: options.recompute,
    },
    sizes: {
      attention: config.attentionLayers,
      cnn: config.cnnLayers,
      width: config.width,
      heads: config.heads,
      "CNN width": config.cnnWidth,
      tokens: options.tokens,
      batch: options.batch,
      ...(options.recompute && { recompute: "each block" }),
    },
    operations: blockStackOperations(
      config,
      frames * height * width,
      options.batch,
    ),
  }, options);
}
