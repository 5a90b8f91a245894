import type { OnDevice } from "../../compiler/mod.ts";
import { clamped, Rng } from "../../core/mod.ts";
import type { RotaryTable } from "../../models/layers/mod.ts";
import type { DiffusionParameters } from "../../models/text_to_video/mod.ts";
import { denormaliseLatent } from "../../models/vae/mod.ts";
import {
  type Codec,
  type LatentSampler,
  samplerOf,
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

/** Clips of a sample sheet and the sampler's settings. */
const SHEET = { clips: 8, steps: 24, guidance: 3 } as const;

/** What a phase is evaluated with. */
export interface PhaseEvaluation {
  /** Held-out clips; a sample sheet has the captions of the first ones. */
  readonly clips: readonly HeldOutClip[];
  readonly positions: RotaryTable;
  readonly codec: Codec;
  readonly statistics: VaeWeights["statistics"];
  /** Frames per second. */
  readonly fps: number;
}

/** Evaluates the EMA of a phase: held-out loss at fixed sigmas, and samples of fixed prompts and noise. */
export function phaseEvaluator(
  run: Run,
  stage: Stage,
  { clips, positions, codec, statistics, fps }: PhaseEvaluation,
): Evaluator<DiffusionParameters> & Disposable {
  const { config: { models, seed, evaluateEvery }, device } = run;
  let opened: { loss: HeldOutLoss; sampler: LatentSampler } | undefined;
  return {
    every: evaluateEvery,
    async evaluate(state, step) {
      const ema = state.averages!.long as OnDevice<DiffusionParameters>;
      opened ??= {
        loss: openHeldOutLoss(device, ema, models, { clips, positions, seed }),
        sampler: samplerOf(device, ema, models),
      };
      const losses = await opened.loss.measure();
      const score = losses.reduce((sum, x) => sum + x, 0) / losses.length;
      const shown = clips.slice(0, SHEET.clips);
      const latents = await opened.sampler.sample({
        prompts: shown.map(({ caption }) => caption),
        noise: new Rng(seed).fork("sheet").normals([
          shown.length,
          ...shown[0]!.latent.shape,
        ]),
        positions,
        steps: SHEET.steps,
        guidance: SHEET.guidance,
      });
      const drawn = await codec.decode(
        denormaliseLatent(latents, statistics),
        fps,
      );
      await run.showSamples({
        stage,
        step,
        rows: drawn.map((clip, i) => ({
          label: shown[i]!.caption,
          clip: clamped(clip),
        })),
      });
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
      opened?.sampler[Symbol.dispose]();
    },
  };
}
