/** One of the two token streams of the transformer. */
export interface StreamConfig {
  /** Channels of a token. */
  readonly width: number;
  readonly heads: number;
  /** Channels of a latent cell. */
  readonly channels: number;
}

/** Configuration of LTX-2: determines every tensor. */
export interface Ltx2Config {
  readonly blocks: number;
  readonly video: StreamConfig;
  readonly audio: StreamConfig;
  /** Channels of a caption token, output of the text connectors. */
  readonly captionChannels: number;
  /** Channels of the sinusoidal timestep embedding. */
  readonly timestepChannels: number;
  readonly text: TextConfig;
  readonly rope: RopeConfig;
  readonly vae: VideoVaeConfig;
  readonly upscaler: UpscalerConfig;
}

/** Projection and connectors between Gemma 3 12B and the transformer. */
export interface TextConfig {
  /** Gemma's 48 layers and its embedding: all hidden states are used. */
  readonly hiddenStates: number;
  readonly hiddenWidth: number;
  /** Layers of each of the two connectors. */
  readonly layers: number;
  /** Learnable tokens that pad a short prompt. */
  readonly registers: number;
  /** Parameters of Gemma 3 12B itself, by its name. */
  readonly encoderParameters: number;
}

/** Rotary positions over seconds, rows and columns. */
export interface RopeConfig {
  readonly axes: number;
  readonly theta: number;
  /** Seconds, pixels, pixels. */
  readonly maxPositions: readonly [number, number, number];
}

/** A stage of the video VAE: residual blocks, then resampling if any. */
export interface VaeStage {
  readonly channels: number;
  readonly residualBlocks: number;
  /** Factors of the down- or upsampling at the stage's end. */
  readonly resample?: { readonly time: 1 | 2; readonly space: 1 | 2 };
}

/** The video VAE. All convolutions are causal and 3x3x3; there is no attention. */
export interface VideoVaeConfig {
  readonly imageChannels: number;
  readonly patch: number;
  readonly latentChannels: number;
  readonly encoder: readonly VaeStage[];
  readonly decoder: readonly VaeStage[];
}

/** The network that doubles a latent's height and width. */
export interface UpscalerConfig {
  readonly channels: number;
  readonly width: number;
  readonly blocksBefore: number;
  readonly blocksAfter: number;
}

const ALL = { time: 2, space: 2 } as const;

/**
 * LTX-2 19B, the audio and video model of January 2026, after the public code
 * and configuration of Lightricks/LTX-2. The depths of the VAE's stages
 * reproduce its parameter counts exactly.
 */
export const LTX2: Ltx2Config = {
  blocks: 48,
  video: { width: 4096, heads: 32, channels: 128 },
  audio: { width: 2048, heads: 32, channels: 128 },
  captionChannels: 3840,
  timestepChannels: 256,
  text: {
    hiddenStates: 49,
    hiddenWidth: 3840,
    layers: 2,
    registers: 128,
    encoderParameters: 12e9,
  },
  rope: { axes: 3, theta: 10_000, maxPositions: [20, 2048, 2048] },
  vae: {
    imageChannels: 3,
    patch: 4,
    latentChannels: 128,
    encoder: [
      { channels: 128, residualBlocks: 4, resample: { time: 1, space: 2 } },
      { channels: 256, residualBlocks: 6, resample: { time: 2, space: 1 } },
      { channels: 512, residualBlocks: 6, resample: ALL },
      { channels: 1024, residualBlocks: 2, resample: ALL },
      { channels: 2048, residualBlocks: 2 },
    ],
    decoder: [
      { channels: 1024, residualBlocks: 5, resample: ALL },
      { channels: 512, residualBlocks: 5, resample: ALL },
      { channels: 256, residualBlocks: 5, resample: ALL },
      { channels: 128, residualBlocks: 5 },
    ],
  },
  upscaler: { channels: 128, width: 1024, blocksBefore: 4, blocksAfter: 4 },
};

/** Published numbers that the analysis explains. */
export const REPORTED = {
  /** "4936 attention layer references" in the fp8 file. */
  attentionNames: 4936,
  /** "25.22 GB", which are GiB. */
  fp8FileGiB: 25.219,
} as const;
