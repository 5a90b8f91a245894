import type { NdArray, Rng } from "../../core/mod.ts";
import { batchOrder, type ClipSource } from "../../dataset/batches/mod.ts";
import type { LatentCache } from "../../trainer/mod.ts";

/** Share of samples whose caption is dropped: for guidance, and to decode what has none. */
const DROPPED = 0.1;

/** A clip of a source as it is trained on. */
export interface CaptionedLatent {
  /** Not normalised, `[t,h,w,Z]`. */
  readonly latent: NdArray<"float32">;
  /** Empty where it is dropped. */
  readonly caption: string;
}

/**
 * The samples of a training, each from its number alone: clips in an order of
 * their own in every epoch, captions in languages and forms that change.
 */
export function captionedLatents(
  source: ClipSource,
  latents: LatentCache,
  { seed, rng }: { readonly seed: number; readonly rng: Rng },
): (n: number) => Promise<CaptionedLatent> {
  const order = batchOrder(seed, [{ length: source.length, batch: 1 }]);
  return async (n) => {
    const { epoch, index } = order(n).samples[0]!;
    const draw = rng.fork(`sample ${index} of epoch ${epoch}`);
    const isDropped = draw.uniform() < DROPPED;
    const { caption } = isDropped
      ? { caption: "" }
      : await (source.captionAt?.(index, draw) ?? latents.entryAt(index));
    return { latent: await latents.latentAt(index), caption };
  };
}
