import { FilterChain, firstFieldOf, type Frame } from "../ffmpeg/mod.ts";
import { downscaleFilters, formatOfFrame } from "./_filters.ts";
import { VideoSource } from "./_video_source.ts";

/** A downscaled frame, upright, without cropping. */
export interface SmallFrame {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `[H,W]`, row-major luma in [0,255], full range. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** `[2,H,W]`, chroma (Cb, Cr) in [0,255]; 128 is grey. */
  readonly chroma: Uint8Array<ArrayBuffer>;
}

/** One frame of a scan. */
export interface ScannedFrame {
  /** Presentation time, seconds from the first frame shown. */
  readonly seconds: number;
  /** Presentation time of the next frame, as far as this one states it. */
  readonly endSeconds: number;
  /** False if it is damaged, or predicted from a damaged frame. */
  readonly isIntact: boolean;
  /** Whether it held two fields, of which the earlier is kept. */
  readonly isInterlaced: boolean;
  /**
   * The frame at about this number of pixels, never enlarged. Valid until the
   * next frame is requested.
   */
  downscaled(pixels: number): SmallFrame;
}

/** Properties of a video file that are known before decoding. */
interface ScanInfo {
  /** Pixels as displayed. */
  readonly width: number;
  /** Pixels as displayed. */
  readonly height: number;
  /** Frames per second on average. */
  readonly fps: number;
  /** FFmpeg's name: `h264`, `vp9`, `gif`. */
  readonly codec: string;
  /** Clockwise rotation in the container, degrees. */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly isHighDynamicRange: boolean;
  /** Whether a file of this format that holds one frame is a picture. */
  readonly isPictureFormat: boolean;
}

/**
 * Decodes a video once from beginning to end as small frames: hours of video in
 * little memory.
 */
export class VideoScan implements AsyncDisposable {
  readonly info: ScanInfo;
  readonly #source: VideoSource;
  readonly #chains = new Map<number, FilterChain>();

  private constructor(source: VideoSource) {
    this.#source = source;
    const { fps, codec, coded, displaySize } = source.info;
    this.info = {
      ...displaySize,
      fps,
      codec,
      rotation: coded.orientation.degrees,
      isHighDynamicRange: coded.highDynamicRange !== undefined,
      isPictureFormat: source.info.isPictureFormat,
    };
  }

  /**
   * Opens a file.
   *
   * @param path Any video format of FFmpeg: mp4, mkv, webm, gif, avi, ...
   * @throws {InputError} if the file is missing, unreadable, empty, or no video
   *
   * @example
   * ```ts
   * import { VideoScan } from "lib/dataset/decode/mod.ts";
   * import { writeMp4 } from "lib/dataset/encode/mod.ts";
   * import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
   * import assert from "node:assert/strict";
   *
   * const path = await Deno.makeTempFile({ suffix: ".mp4" });
   * await writeMp4(path, await renderScene(demoScene, { frames: 8, height: 64, width: 128, fps: 8 }));
   * await using scan = await VideoScan.open(path);
   * const sizes = [];
   * for await (const frame of scan.frames()) sizes.push(frame.downscaled(2048).width);
   * assert.deepEqual(sizes, Array(8).fill(64));
   * assert.equal(scan.damage, undefined);
   * ```
   */
  static async open(path: string): Promise<VideoScan> {
    const source = await VideoSource.open(path);
    try {
      return new VideoScan(source);
    } catch (error) {
      await source[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What of the file is lost, if anything; known after the last frame. */
  get damage(): string | undefined {
    return this.#source.loss.text;
  }

  /** Seconds that are lost, as far as known; known after the last frame. */
  get lostSeconds(): number {
    return this.#source.loss.seconds;
  }

  /** Frames that are not intact, so far. */
  get damagedFrames(): number {
    return this.#source.loss.damagedFrames;
  }

  /** Jumps of the file's clock so far, which times do not follow. */
  get clockJumps(): number {
    return this.#source.clockJumps;
  }

  /** Decodes all frames in presentation order. */
  async *frames(): AsyncGenerator<ScannedFrame> {
    for await (const { frame, ...decoded } of this.#source.decode()) {
      yield {
        ...decoded,
        isInterlaced: firstFieldOf(frame) !== undefined,
        downscaled: (pixels) => this.#downscaled(frame, pixels),
      };
    }
  }

  #downscaled(frame: Frame, pixels: number): SmallFrame {
    using small = this.#chain(pixels).apply(frame);
    const { width, height } = small;
    const planes = new Uint8Array(small.toBuffer());
    const size = width * height;
    return {
      width,
      height,
      data: planes.subarray(0, size),
      chroma: planes.subarray(size),
    };
  }

  #chain(pixels: number): FilterChain {
    let chain = this.#chains.get(pixels);
    if (chain !== undefined) return chain;
    // The aspect of the first frame, so that all have one size.
    const { width, height } = this.info;
    const shrink = Math.min(1, Math.sqrt(pixels / (width * height)));
    const [w, h] = [width, height].map((side) =>
      Math.max(1, Math.round(side * shrink))
    ) as [number, number];
    chain = new FilterChain((frame) =>
      downscaleFilters(formatOfFrame(this.#source.info.coded, frame), w, h)
    );
    this.#chains.set(pixels, chain);
    return chain;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const chain of this.#chains.values()) chain[Symbol.dispose]();
    await this.#source[Symbol.asyncDispose]();
  }
}
