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
  InputError,
  Lifetime,
  type NdArray,
  NotFiniteError,
  stackArrays,
  unstackArrays,
} from "../core/mod.ts";
import {
  decodeLatents,
  encodeClips,
  type ModelConfig,
} from "../models/text_to_video/mod.ts";
import type { VaeParameters } from "../models/vae/mod.ts";
import { decodeTiled, encodeTiled, tilesWithin } from "./tiling.ts";

/** A trained VAE, ready to use. */
export interface Codec extends Disposable {
  /** Clips of one size, [0,1], to the means of their latents, `[B,t,h,w,Z]`. */
  encode(clips: readonly Clip[]): Promise<NdArray<"float32">>;
  /**
   * Latents `[B,t,h,w,Z]` to clips in [0,1].
   *
   * @throws {NotFiniteError} if a pixel is NaN or infinite
   */
  decode(latents: NdArray<"float32">, fps: number): Promise<Clip[]>;
}

/** How a VAE treats large clips. */
export interface CodecOptions {
  /**
   * Bytes of memory above which the VAE codes a clip in tiles. 1 GiB where left
   * out: with a fixed limit every machine computes the same clip, unless less
   * than that is known to be free.
   */
  readonly vaeMemory?: number;
}

const VAE_MEMORY = 2 ** 30;

/**
 * Memory that the runtime takes for a byte of values that live at once: the
 * shipped VAE took 0.6 GB on the CPU for 0.2 GB at 32 frames of 512x512, and
 * 1.4 GB for 0.4 GB at 64.
 */
const MEMORY_PER_BYTE = 3;

/**
 * Puts a VAE on a device and compiles both ways through it.
 *
 * @throws {InputError} if the memory is not above 0
 */
export async function openCodec(
  device: Device,
  parameters: VaeParameters,
  config: ModelConfig["vae"],
  options: CodecOptions = {},
): Promise<Codec> {
  const { vaeMemory = VAE_MEMORY } = options;
  if (!(vaeMemory > 0)) {
    throw new InputError(
      "Cannot open the VAE: vaeMemory must be above 0: current value is " +
        String(vaeMemory),
    );
  }
  const lifetime = new Lifetime("the VAE");
  const state = await uploadState(device, parameters, { share: true });
  const encoder = jitWithState(
    (vae, { x }: { x: tf.Tensor }) => ({
      outputs: { y: encodeClips(vae, x, config).mean },
    }),
    state,
    { device, name: "VAE encoder" },
  );
  const decoder = jitWithState(
    (vae, { x }: { x: tf.Tensor }) => ({
      outputs: { y: decodeLatents(vae, x, config) },
    }),
    state,
    { device, name: "VAE decoder" },
  );
  const encodeBatch = inPieces(
    encoder as Coder,
    encodeTiled,
    config,
    vaeMemory,
  );
  const decodeBatch = inPieces(
    decoder as Coder,
    decodeTiled,
    config,
    vaeMemory,
  );
  return {
    async encode(clips) {
      using _use = lifetime.use();
      return await encodeBatch(batchOfClips(clips));
    },
    async decode(latents, fps) {
      using _use = lifetime.use();
      if (!(typeof fps === "number" && fps > 0 && fps < Infinity)) {
        throw new InputError(
          `Cannot decode latents: fps must be above 0: current value is ${fps}`,
        );
      }
      const pixels = await decodeBatch(latents);
      assertFinite(pixels);
      return clipsOfBatch(pixels, fps).map(clamped);
    },
    [Symbol.dispose]() {
      lifetime.end(() => {
        encoder[Symbol.dispose]();
        decoder[Symbol.dispose]();
        disposeState(state);
      });
    },
  };
}

/** Clamping would make NaN black. */
function assertFinite({ data }: NdArray<"float32">): void {
  const strange = data.find((value) => !Number.isFinite(value));
  if (strange === undefined) return;
  throw new NotFiniteError(
    `Cannot decode latents: pixels must be finite: one is ${strange}; check ` +
      "that the latents are finite and those of this VAE",
  );
}

/** One way through a VAE, compiled. */
type Coder = Compiled<{ x: NdArray<"float32"> }, { y: tf.Tensor }>;

/** Runs a coder on a batch as it is, clip by clip, or tile by tile. */
function inPieces(
  coder: Coder,
  codeTiled: typeof decodeTiled,
  config: ModelConfig["vae"],
  vaeMemory: number,
): (batch: NdArray<"float32">) => Promise<NdArray<"float32">> {
  const run = async (x: NdArray<"float32">) =>
    (await coder.run({ x })).y as NdArray<"float32">;
  const shares = new Map<string, number>();
  const shareOf = (x: NdArray<"float32">): number => {
    const key = x.shape.join();
    const share = shares.get(key) ?? shareWithin(vaeMemory, coder, x);
    shares.set(key, share);
    return share;
  };
  return async (batch) => {
    if (shareOf(batch) >= 1) return await run(batch);
    const coded: NdArray<"float32">[] = [];
    for (const { shape, data } of unstackArrays(batch)) {
      const clip = { dtype: "float32", shape: [1, ...shape], data } as const;
      const share = shareOf(clip);
      coded.push(
        share >= 1 ? await run(clip) : await codeTiled(
          clip,
          run,
          config,
          (grid) => tilesWithin(grid, share),
        ),
      );
    }
    return coded.length === 1
      ? coded[0]!
      : stackArrays(coded.flatMap(unstackArrays));
  };
}

/** The share of an array that a coder can take in so much memory; 1 or more is all. */
function shareWithin(
  bytes: number,
  coder: Coder,
  x: NdArray<"float32">,
): number {
  try {
    return bytes / (MEMORY_PER_BYTE * peakBytes(coder.prepare({ x })));
  } catch (error) {
    if (!(error instanceof NotEnoughMemoryError)) throw error;
    const { neededBytes = Infinity, availableBytes = 0 } = error;
    return Math.min(bytes, availableBytes) / (MEMORY_PER_BYTE * neededBytes);
  }
}
