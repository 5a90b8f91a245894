import { type Clip, float32, type NdArray, Rng } from "../../core/mod.ts";
import type { ClipShape, ClipSource } from "../../dataset/batches/mod.ts";
import { frameSeconds, tokenPositions } from "../../models/backbone/mod.ts";
import {
  latentSizeOf,
  normaliseLatent,
  strideOf,
} from "../../models/vae/mod.ts";
import {
  type GuessArrays,
  type LatentCache,
  latentSpaceOf,
  openCodec,
  openGuesser,
  openLatentCache,
  stackArrays,
  unstackArrays,
} from "../../trainer/mod.ts";
import type { TrainedModels } from "../generate/mod.ts";
import type { Run } from "./run.ts";

/** A clip, its latent and what is said of it. */
export interface DecoderSample {
  readonly clip: Clip;
  /** Not normalised, `[t,h,w,Z]`. */
  readonly latent: NdArray<"float32">;
  readonly caption: string;
}

/** What a backbone makes of clips of one shape under noise. */
export interface Guesses extends Disposable {
  /** Latents of the clips of a source, kept with the run. */
  latentsOf(source: ClipSource): Promise<LatentCache>;
  /** @param rng Draws the noise. */
  of(
    samples: readonly DecoderSample[],
    levels: readonly number[],
    rng: Rng,
  ): Promise<GuessArrays>;
}

/** Puts the models on the device of a run, and compiles what guesses need. */
export async function openGuesses(
  { device, folder, options: { seed }, host: { progress, signal } }: Run,
  { config, vae, statistics, diffusion, digests, facts }: TrainedModels,
  shape: ClipShape,
): Promise<Guesses> {
  using opened = new DisposableStack();
  const codec = opened.use(await openCodec(device, vae, config.vae));
  const guesser = opened.use(await openGuesser(device, diffusion, config));
  const grid = latentSizeOf(config.vae, shape);
  const positions = tokenPositions(
    grid,
    strideOf(config.vae),
    shape.fps,
    config.backbone.width / config.backbone.heads,
  );
  const held = opened.move();
  const normalised = (latents: readonly NdArray<"float32">[]) =>
    stackArrays(latents.map((latent) => normaliseLatent(latent, statistics)));
  return {
    latentsOf: (source) =>
      openLatentCache({
        ...{ source, shape, seed, codec, progress, signal },
        codecDigest: latentSpaceOf({ digest: digests.vae, facts: facts.vae }),
        folder: `${folder}/latents`,
      }),
    of(samples, levels, rng) {
      const clean = normalised(samples.map(({ latent }) => latent));
      return guesser.guess({
        prompts: samples.map(({ caption }) => caption),
        latents: noisy(
          clean,
          levels,
          samples.map((_, i) => rng.fork(`noise ${i}`)),
        ),
        sigmas: float32([levels.length], levels),
        positions,
        seconds: frameSeconds(grid, strideOf(config.vae), shape.fps),
      });
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** Latents `[B,...]` with noise of a level and from a generator each. */
function noisy(
  latents: NdArray<"float32">,
  levels: readonly number[],
  rngs: readonly Rng[],
): NdArray<"float32"> {
  return stackArrays(
    unstackArrays(latents).map(({ shape, data }, b) => {
      const [level, noise] = [levels[b]!, rngs[b]!.normals(shape).data];
      return float32(
        shape,
        data.map((value, i) => (1 - level) * value + level * noise[i]!),
      );
    }),
  );
}
