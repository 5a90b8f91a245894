import {
  type Device,
  jitWithState,
  type OnDevice,
} from "../../compiler/mod.ts";
import { float32, type NdArray, Rng, stackArrays } from "../../core/mod.ts";
import type { RotaryTable, Tensors } from "../../models/layers/mod.ts";
import { tokenisePrompts } from "../../models/text/mod.ts";
import type {
  DiffusionConfig,
  DiffusionParameters,
} from "../../models/text_to_video/mod.ts";
import {
  type DiffusionBatch,
  diffusionTrainingLoss,
} from "./diffusion_loss.ts";

/** The sigmas at which the held-out loss is measured. */
export const HELD_OUT_SIGMAS: readonly number[] = [
  0.1,
  0.2,
  0.3,
  0.4,
  0.5,
  0.6,
  0.7,
  0.8,
  0.9,
];

/** Clips at once. */
const BATCH = 32;

/** A clip that training never uses. */
export interface HeldOutClip {
  /** Normalised, `[t,h,w,Z]`. */
  readonly latent: NdArray<"float32">;
  readonly caption: string;
}

/** The loss of held-out clips at {@link HELD_OUT_SIGMAS}, with fixed noise. */
export interface HeldOutLoss extends Disposable {
  /** Mean loss at each sigma. */
  measure(): Promise<number[]>;
}

/**
 * Compiles the held-out loss. The training loss has random sigmas and noise and
 * hardly shows progress; with both fixed, only the model changes between two
 * measurements.
 *
 * @param parameters On the device; each call reads their current values.
 * @param clips One or more.
 * @param seed Of the noise, equal for every call.
 */
export function openHeldOutLoss(
  device: Device,
  parameters: OnDevice<DiffusionParameters>,
  config: DiffusionConfig,
  { clips, positions, seed }: {
    readonly clips: readonly HeldOutClip[];
    readonly positions: RotaryTable;
    readonly seed: number;
  },
): HeldOutLoss {
  const lossOf = diffusionTrainingLoss(config);
  const loss = jitWithState(
    (diffusion, batch: DiffusionBatch) => ({
      outputs: lossOf(diffusion as Tensors<DiffusionParameters>, batch).metrics,
    }),
    parameters,
    { device, name: "held-out loss" },
  );
  const batches = Array.from(
    { length: Math.ceil(clips.length / BATCH) },
    (_, i) => {
      const chosen = clips.slice(i * BATCH, (i + 1) * BATCH);
      const latents = stackArrays(chosen.map(({ latent }) => latent));
      return {
        latents,
        noise: new Rng(seed).fork(`held-out noise ${i}`).normals(latents.shape),
        prompts: tokenisePrompts(
          chosen.map(({ caption }) => caption),
          config.text,
        ),
        positions,
      };
    },
  );
  return {
    async measure() {
      const means: number[] = [];
      for (const sigma of HELD_OUT_SIGMAS) {
        let sum = 0;
        for (const batch of batches) {
          const count = batch.latents.shape[0]!;
          const sigmas = float32([count], new Array<number>(count).fill(sigma));
          const { losses } = await loss.run({ ...batch, sigmas });
          for (const value of losses.data) sum += value;
        }
        means.push(sum / clips.length);
      }
      return means;
    },
    [Symbol.dispose]: () => loss[Symbol.dispose](),
  };
}
