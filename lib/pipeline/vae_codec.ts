import * as tf from "@tensorflow/tfjs-core";
import {
  type Compiled,
  type Device,
  disposeState,
  jitWithState,
  NotEnoughMemoryError,
  peakBytes,
  uploadState,
} from "../compiler/mod.ts";
import {
  batchOfClips,
  clamped,
  type Clip,
  clipsOfBatch,
  type NdArray,
  stackArrays,
  unstackArrays,
} from "../core/mod.ts";
import {
  decode,
  encode,
  type VaeConfig,
  type VaeParameters,
} from "../models/vae/mod.ts";
import { decodeTiled, encodeTiled, type TileOptions } from "./tiling.ts";

/** A trained VAE, ready to use. */
export interface Codec extends Disposable {
  /** Clips of one size, [0,1], to the means of their latents, `[B,t,h,w,Z]`. */
  encode(clips: readonly Clip[]): Promise<NdArray<"float32">>;
  /** Latents `[B,t,h,w,Z]` to clips in [0,1]. */
  decode(latents: NdArray<"float32">, fps: number): Promise<Clip[]>;
}

/**
 * When a VAE codes a clip in tiles: `auto` where the whole would take too much
 * memory, `on` where it is larger than a tile, `off` never.
 */
export const TILINGS = ["auto", "on", "off"] as const;

export type Tiling = typeof TILINGS[number];

/**
 * Bytes of values inside the VAE above which it works in tiles: an eighth of a
 * card of 8 GB, which also holds weights and the backbone. The limit is fixed,
 * so that every machine that has so much computes the same clip.
 */
const TILE_ABOVE_BYTES = 2 ** 30;

/** How a VAE treats what is large. */
export interface CodecOptions {
  /** `auto` where left out. */
  readonly tiling?: Tiling;
  /** {@link DEFAULT_TILES} where left out. */
  readonly tiles?: TileOptions;
  /** Bytes above which `auto` takes tiles; 1 GiB where left out. */
  readonly tileAboveBytes?: number;
}

/** Puts a VAE on a device and compiles both ways through it. */
export async function openCodec(
  device: Device,
  parameters: VaeParameters,
  config: VaeConfig,
  options: CodecOptions = {},
): Promise<Codec> {
  const state = await uploadState(device, parameters, { share: true });
  const encoder = jitWithState(
    (vae, { x }: { x: tf.Tensor }) => ({
      outputs: { y: encode(vae, x, config).mean },
    }),
    state,
    { device, name: "VAE encoder" },
  );
  const decoder = jitWithState(
    (vae, { x }: { x: tf.Tensor }) => ({
      outputs: { y: decode(vae, x, config) },
    }),
    state,
    { device, name: "VAE decoder" },
  );
  const encodeBatch = inPieces(encoder as Coder, encodeTiled, config, options);
  const decodeBatch = inPieces(decoder as Coder, decodeTiled, config, options);
  return {
    encode: (clips) => encodeBatch(batchOfClips(clips)),
    decode: async (latents, fps) =>
      clipsOfBatch(await decodeBatch(latents), fps).map(clamped),
    [Symbol.dispose]() {
      encoder[Symbol.dispose]();
      decoder[Symbol.dispose]();
      disposeState(state);
    },
  };
}

/** One way through a VAE, compiled. */
type Coder = Compiled<{ x: NdArray<"float32"> }, { y: tf.Tensor }>;

/** Runs a coder on a batch as it is, clip by clip, or tile by tile. */
function inPieces(
  coder: Coder,
  codeTiled: typeof decodeTiled,
  config: VaeConfig,
  { tiling = "auto", tiles, tileAboveBytes = TILE_ABOVE_BYTES }: CodecOptions,
): (batch: NdArray<"float32">) => Promise<NdArray<"float32">> {
  const run = async (x: NdArray<"float32">) =>
    (await coder.run({ x })).y as NdArray<"float32">;
  const fitting = new Map<string, boolean>();
  const fits = (x: NdArray<"float32">): boolean => {
    if (tiling !== "auto") return tiling === "off";
    const key = x.shape.join();
    const known = fitting.get(key);
    if (known !== undefined) return known;
    const found = takesAtMost(tileAboveBytes, coder, x);
    fitting.set(key, found);
    return found;
  };
  return async (batch) => {
    if (fits(batch)) return await run(batch);
    const coded = [];
    for (const { shape, data } of unstackArrays(batch)) {
      const one = { dtype: "float32", shape: [1, ...shape], data } as const;
      coded.push(
        fits(one) ? await run(one) : await codeTiled(one, run, config, tiles),
      );
    }
    return stackArrays(coded.flatMap(unstackArrays));
  };
}

/** Whether a coder's values take so many bytes at most, and so much is free. */
function takesAtMost(
  bytes: number,
  coder: Coder,
  x: NdArray<"float32">,
): boolean {
  try {
    return peakBytes(coder.prepare({ x })) <= bytes;
  } catch (error) {
    if (error instanceof NotEnoughMemoryError) return false;
    throw error;
  }
}
