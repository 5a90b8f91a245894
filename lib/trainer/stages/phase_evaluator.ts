import type { OnDevice } from "../../compiler/mod.ts";
import { type Clip, messageOf, NotFiniteError, Rng } from "../../core/mod.ts";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import type { RotaryTable } from "../../models/layers/mod.ts";
import type { DiffusionParameters } from "../../models/text_to_video/mod.ts";
import {
  type Codec,
  type Pipeline,
  pipelineOf,
  type VaeWeights,
} from "../../pipeline/mod.ts";
import type { Evaluator } from "../loop/train.ts";
import type { Run } from "../run/run.ts";
import {
  HELD_OUT_SIGMAS,
  type HeldOutClip,
  type HeldOutLoss,
  openHeldOutLoss,
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
  /** Held-out clips; the captions of the first ones are the prompts of the sheet. */
  readonly clips: readonly HeldOutClip[];
  readonly positions: RotaryTable;
  readonly codec: Codec;
  readonly statistics: VaeWeights["statistics"];
  readonly shape: ClipShape;
}

/** Evaluates the EMA of a phase: held-out loss at fixed sigmas, and samples of fixed prompts and noise. */
export function phaseEvaluator(
  run: Run,
  stage: Stage,
  { clips, positions, codec, statistics, shape }: PhaseEvaluation,
): Evaluator<DiffusionParameters> & Disposable {
  const { config: { models, seed, evaluateEvery }, device } = run;
  let opened: { loss: HeldOutLoss; pipeline: Pipeline } | undefined;
  return {
    every: evaluateEvery,
    async evaluate(state, step) {
      const ema = state.averages!.long as OnDevice<DiffusionParameters>;
      opened ??= {
        loss: openHeldOutLoss(device, ema, models, { clips, positions, seed }),
        pipeline: pipelineOf(device, {
          config: models,
          codec,
          statistics,
          diffusion: ema,
        }),
      };
      const losses = await opened.loss.measure();
      const score = losses.reduce((sum, x) => sum + x, 0) / losses.length;
      const shown = clips.slice(0, SHEET_CLIPS);
      const drawing = opened.pipeline.generate({
        ...SAMPLING,
        ...shape,
        prompts: shown.map(({ caption }) => caption),
        seed,
        noise: new Rng(seed).fork("sheet").normals([
          shown.length,
          ...shown[0]!.latent.shape,
        ]),
      });
      const drawn = await drawing.catch((error): Clip[] => {
        if (!(error instanceof NotFiniteError)) throw error;
        // A model at the start of its training may draw nothing yet.
        run.host.log(`${stage}, step ${step}: no samples: ${messageOf(error)}`);
        return [];
      });
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
          heldOutLoss: score,
          heldOut: Object.fromEntries(
            HELD_OUT_SIGMAS.map((sigma, i) => [sigma, losses[i]!]),
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
