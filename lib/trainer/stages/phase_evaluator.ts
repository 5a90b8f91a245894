import type { OnDevice } from "../../compiler/mod.ts";
import {
  type Clip,
  messageOf,
  NotFiniteError,
  Rng,
  stackArrays,
} from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import type { DiffusionParameters } from "../../models/text_to_video/mod.ts";
import {
  type Codec,
  type Pipeline,
  pipelineOf,
  type VaeWeights,
} from "../../pipeline/mod.ts";
import type { Evaluation } from "../loop/train.ts";
import { ownScores } from "../run/parts.ts";
import { evaluationInterval } from "../run/config.ts";
import type { Run } from "../run/run.ts";
import {
  captionGainOf,
  HELD_OUT_SIGMAS,
  type HeldOutGroup,
  type HeldOutLoss,
  openHeldOutLoss,
  rowsInParts,
} from "./held_out_loss.ts";
import type { Stage } from "./stages.ts";

/** Clips of a sample sheet. */
const SHEET_CLIPS = 8;
/** Sampler settings of all sample sheets. */
const SAMPLING = {
  steps: 24,
  guidance: 3,
  sampler: "euler",
  shift: 1,
} as const;

/** Inputs of a phase's evaluation. */
export interface PhaseEvaluation {
  /**
   * Held-out clips by shape; captions of the first shape, evenly spread, are the
   * prompts of the sheet.
   */
  readonly groups: readonly (HeldOutGroup & { readonly shape: ClipShape })[];
  readonly codec: Codec;
  readonly statistics: VaeWeights["statistics"];
}

/** Evaluates text encoder and backbone at intervals. */
export interface PhaseEvaluator extends Disposable {
  /** Updates between evaluations. */
  readonly every: number;
  /** @param ema On the device, the same tensors each time. */
  evaluate(
    ema: OnDevice<DiffusionParameters>,
    step: number,
  ): Promise<Evaluation>;
}

/**
 * Evaluates the EMA of a phase: held-out loss at fixed sigmas, with the right and
 * with swapped captions, and samples of fixed prompts and noise.
 */
export function phaseEvaluator(
  run: Run,
  stage: Stage,
  { groups, codec, statistics }: PhaseEvaluation,
): PhaseEvaluator {
  const { config: { models, plans, seed }, device } = run;
  // No more clips at once than in training, which has the memory for them.
  const largest = plans[stage].batch;
  let opened: { loss: HeldOutLoss; pipeline: Pipeline } | undefined;
  return {
    every: evaluationInterval(run.config, stage),
    async evaluate(ema, step) {
      opened ??= {
        loss: openHeldOutLoss(device, ema, models, { groups, seed, largest }),
        pipeline: pipelineOf(device, {
          config: models,
          codec,
          statistics,
          diffusion: ema,
          own: run.config.own,
        }),
      };
      const right = await opened.loss.measure();
      const swapped = await opened.loss.measureSwapped();
      const gain = captionGainOf(right, swapped);
      const score = gain.heldOutLoss;
      const { clips, shape } = groups[0]!;
      // Clips of real video lie by file: neighbours are alike.
      const stride = Math.max(1, Math.floor(clips.length / SHEET_CLIPS));
      const shown = clips.filter((_, i) => i % stride === 0)
        .slice(0, SHEET_CLIPS);
      const captions = shown.map(({ caption }) => caption);
      const noise = new Rng(seed).fork("sheet").normals([
        shown.length,
        ...shown[0]!.latent.shape,
      ]);
      const drawn: Clip[] = [];
      try {
        for (const [i, part] of rowsInParts(noise, largest).entries()) {
          drawn.push(
            ...await opened.pipeline.generate({
              ...SAMPLING,
              ...shape,
              prompts: captions.slice(i * largest, (i + 1) * largest),
              seed,
              noise: part,
            }),
          );
        }
      } catch (error) {
        if (!(error instanceof NotFiniteError)) throw error;
        // A model at the start of its training may draw nothing yet.
        run.host.log(`${stage}, step ${step}: no samples: ${messageOf(error)}`);
        drawn.length = 0;
      }
      const metrics = run.config.own?.parts.metrics;
      const scores = metrics && drawn.length > 0
        ? await ownScores(metrics, {
          captions,
          generated: drawn,
          real: await opened.pipeline.decode(
            stackArrays(shown.map(({ latent }) => latent)),
            shape.fps,
          ),
        })
        : undefined;
      if (drawn.length > 0) {
        await run.showSamples({
          stage,
          step,
          rows: drawn.map((clip, i) => ({ label: shown[i]!.caption, clip })),
        });
      }
      return {
        score,
        record: {
          ...gain,
          ...(scores && { scores }),
          heldOut: Object.fromEntries(
            HELD_OUT_SIGMAS.map((sigma, i) => [sigma, right.bySigma[i]!]),
          ),
        },
      };
    },
    [Symbol.dispose]() {
      opened?.loss[Symbol.dispose]();
      opened?.pipeline[Symbol.dispose]();
    },
  };
}
