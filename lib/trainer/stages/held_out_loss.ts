import {
  type Device,
  jitWithState,
  type OnDevice,
} from "../../compiler/mod.ts";
import { float32, type NdArray, Rng, stackArrays } from "../../core/mod.ts";
import type { RotaryTable, Tensors } from "../../models/layers/mod.ts";
import { wordsOf } from "../../pipeline/mod.ts";
import {
  type DiffusionConfig,
  type DiffusionParameters,
  promptTokens,
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

/** Held-out clips of one shape. */
export interface HeldOutGroup {
  /** One or more. */
  readonly clips: readonly HeldOutClip[];
  readonly positions: RotaryTable;
}

/** A result of {@link HeldOutLoss}. */
export interface HeldOutLosses {
  /** Mean loss at each sigma. */
  readonly bySigma: readonly number[];
  /** Loss of each clip, mean over the sigmas. */
  readonly byClip: readonly number[];
}

/** The loss of held-out clips at {@link HELD_OUT_SIGMAS}, with fixed noise. */
export interface HeldOutLoss extends Disposable {
  /** The loss with the clips' own captions. */
  measure(): Promise<HeldOutLosses>;
  /**
   * The loss with the captions of other clips. A model that does not read has
   * the same loss. Undefined if all captions are equal.
   */
  measureSwapped(): Promise<HeldOutLosses | undefined>;
}

/**
 * Compiles the held-out loss. The training loss has random sigmas and noise and
 * hardly shows progress; with both fixed, only the model changes between two
 * measurements.
 *
 * @param parameters On the device; each call reads their current values.
 * @param groups One or more.
 * @param seed Of the noise, equal for every call.
 */
export function openHeldOutLoss(
  device: Device,
  parameters: OnDevice<DiffusionParameters>,
  config: DiffusionConfig,
  { groups, seed, largest = BATCH }: {
    readonly groups: readonly HeldOutGroup[];
    readonly seed: number;
    /** Most clips that go through the model at once. */
    readonly largest?: number;
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
  const clips = groups.flatMap((group) => group.clips);
  const swapped = swappedCaptions(clips.map(({ caption }) => caption));
  let count = 0;
  const batches = groups.flatMap(({ clips, positions }) =>
    Array.from({ length: Math.ceil(clips.length / BATCH) }, (_, i) => {
      const chosen = clips.slice(i * BATCH, (i + 1) * BATCH);
      const latents = stackArrays(chosen.map(({ latent }) => latent));
      const rng = new Rng(seed).fork(`held-out noise ${count++}`);
      const noise = rng.normals(latents.shape);
      // The noise of a clip does not depend on how many run at once.
      return rowsInParts(latents, largest).map((latents, part) => ({
        latents,
        noise: rowsInParts(noise, largest)[part]!,
        positions,
      }));
    }).flat()
  );
  const measure = async (
    captions: readonly string[],
  ): Promise<HeldOutLosses> => {
    const bySigma: number[] = [];
    const byClip = new Array<number>(clips.length).fill(0);
    for (const sigma of HELD_OUT_SIGMAS) {
      let sum = 0, first = 0;
      for (const batch of batches) {
        const size = batch.latents.shape[0]!;
        const prompts = captions.slice(first, first + size);
        const { losses } = await loss.run({
          ...batch,
          prompts: promptTokens(prompts, config.text),
          sigmas: float32([size], new Array<number>(size).fill(sigma)),
        });
        for (const value of losses.data) {
          sum += value;
          byClip[first++]! += value / HELD_OUT_SIGMAS.length;
        }
      }
      bySigma.push(sum / clips.length);
    }
    return { bySigma, byClip };
  };
  return {
    measure: () => measure(clips.map(({ caption }) => caption)),
    measureSwapped: async () => swapped && await measure(swapped),
    [Symbol.dispose]: () => loss[Symbol.dispose](),
  };
}

/**
 * For each caption the one of another clip that shares the fewest words with it,
 * the next in the list among equals: captions of templates may differ and yet
 * mean the same. Undefined if all are equal.
 *
 * @example
 * ```ts
 * import { swappedCaptions } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(
 *   swappedCaptions(["a car turns left", "a car turns right", "trees"]),
 *   ["trees", "trees", "a car turns left"],
 * );
 * assert.equal(swappedCaptions(["a", "a"]), undefined);
 * ```
 */
export function swappedCaptions(
  captions: readonly string[],
): string[] | undefined {
  if (captions.every((caption) => caption === captions[0])) return undefined;
  const words = captions.map((caption) => new Set(wordsOf(caption)));
  return captions.map((caption, i) => {
    let best: string | undefined, least = Infinity;
    for (let step = 1; step < captions.length; step++) {
      const j = (i + step) % captions.length;
      if (captions[j] === caption) continue;
      const shared = words[i]!.intersection(words[j]!).size /
        Math.max(1, words[i]!.union(words[j]!).size);
      if (shared < least) [best, least] = [captions[j]!, shared];
    }
    return best!;
  });
}

/** How much the right captions lower the held-out loss: whether a model reads. */
export interface CaptionGain {
  readonly heldOutLoss: number;
  /** With the captions of other clips; absent if all captions are equal. */
  readonly heldOutSwappedLoss?: number;
  /** Mean difference of the two; 0 for a model that does not read. */
  readonly captionGain?: number;
  /** Half the width of its 95 % interval, over the clips. */
  readonly captionGainInterval?: number;
}

/** Half the width of a 95 % interval, in standard errors. */
const INTERVAL = 1.96;

/** Compares the losses with right and with swapped captions, clip by clip. */
export function captionGainOf(
  right: HeldOutLosses,
  swapped: HeldOutLosses | undefined,
): CaptionGain {
  const heldOutLoss = meanOf(right.bySigma);
  if (!swapped) return { heldOutLoss };
  const gains = swapped.byClip.map((loss, i) => loss - right.byClip[i]!);
  const captionGain = meanOf(gains);
  const variance =
    gains.reduce((sum, gain) => sum + (gain - captionGain) ** 2, 0) /
    Math.max(1, gains.length - 1);
  return {
    heldOutLoss,
    heldOutSwappedLoss: meanOf(swapped.bySigma),
    captionGain,
    captionGainInterval: INTERVAL * Math.sqrt(variance / gains.length),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** An array `[N,...]` in parts of at most so many rows. */
export function rowsInParts(
  { shape: [rows, ...shape], data }: NdArray<"float32">,
  largest: number,
): NdArray<"float32">[] {
  const width = data.length / rows!;
  return Array.from({ length: Math.ceil(rows! / largest) }, (_, i) => {
    const values = data.subarray(
      i * largest * width,
      (i + 1) * largest * width,
    );
    return float32([values.length / width, ...shape], values);
  });
}
