import { FilterChain, type Frame, isInterlaced } from "../ffmpeg/mod.ts";
import { type CodedPicture, matrixOption, oneMoment } from "./_cover.ts";
import { orientationFilters, swapsSides } from "./_rotation.ts";
import { toneMapFilters } from "./_tone_map.ts";
import { shownSize } from "./_video_info.ts";
import { VideoSource } from "./_video_source.ts";

/** The whole of a picture, upright and small. */
export interface SmallPicture {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `[H,W]`, row-major luma in [0,255]; full range: 0 is black. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** `[2,H,W]`, how blue and how red; 128 is grey. */
  readonly chroma: Uint8Array<ArrayBuffer>;
}

/** One picture of a video that is looked through. */
export interface ScannedPicture {
  /** When it appears, in seconds from the first picture of the stream. */
  readonly seconds: number;
  /** When the next one takes its place; for the last one, an estimate. */
  readonly endSeconds: number;
  /** False if the decoder had to guess parts of it. */
  readonly isWhole: boolean;
  /** Whether it held two moments, of which one is left. */
  readonly isInterlaced: boolean;
  /**
   * The picture, all of it, scaled so that it has about so many pixels; never
   * enlarged. To be called before the next picture is asked for.
   */
  small(pixels: number): SmallPicture;
}

/** What a video file says about itself before it is decoded. */
export interface ScanInfo {
  /** Pixels as displayed: rotation and pixel aspect are honoured. */
  readonly width: number;
  /** Pixels as displayed. */
  readonly height: number;
  /** Frames per second, on average where the rate varies. */
  readonly fps: number;
  /** FFmpeg's name: `h264`, `vp9`, `gif`. */
  readonly codec: string;
  /** Seconds, if the file says. */
  readonly durationSeconds: number | undefined;
  /** Degrees by which the file asks to be turned, clockwise. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Whether it codes more light than an ordinary screen shows. */
  readonly isHighDynamicRange: boolean;
}

/**
 * A video that is decoded once from beginning to end, one small picture at a
 * time: for looking through hours of it in little memory.
 */
export class VideoScan implements AsyncDisposable {
  readonly info: ScanInfo;
  readonly #source: VideoSource;
  readonly #chains = new Map<number, FilterChain>();

  private constructor(source: VideoSource) {
    this.#source = source;
    const { fps, codec, durationSeconds, picture } = source;
    this.info = {
      ...shownSize(source),
      fps,
      codec,
      durationSeconds,
      rotation: picture.orientation.degrees,
      isHighDynamicRange: picture.highDynamicRange !== undefined,
    };
  }

  /**
   * Opens a file.
   *
   * @param path Any video FFmpeg knows: mp4, mkv, webm, gif, avi, ...
   * @throws {InputError} if the file is missing, unreadable, empty, or no video
   *
   * @example
   * ```ts
   * import { VideoScan } from "lib/dataset/decode/mod.ts";
   * import { writeMp4 } from "lib/dataset/encode/mod.ts";
   * import { demoScene, renderClip } from "lib/dataset/synthetic/mod.ts";
   * import assert from "node:assert/strict";
   *
   * const path = await Deno.makeTempFile({ suffix: ".mp4" });
   * await writeMp4(path, renderClip(demoScene, { frames: 8, height: 64, width: 128, fps: 8 }));
   * await using scan = await VideoScan.open(path);
   * const sizes = [];
   * for await (const picture of scan.pictures()) sizes.push(picture.small(2048).width);
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

  /** What broke the file off before its end, if anything did; known after the last picture. */
  get damage(): string | undefined {
    return this.#source.damage;
  }

  /** Decodes all pictures in the order in which they are shown. */
  async *pictures(): AsyncGenerator<ScannedPicture> {
    for await (const { frame, ...picture } of this.#source.decode()) {
      const lasts = picture.duration ?? 1 / this.info.fps;
      yield {
        seconds: picture.seconds,
        endSeconds: picture.seconds + lasts,
        isWhole: picture.isWhole,
        isInterlaced: isInterlaced(frame),
        small: (pixels) => this.#small(frame, pixels),
      };
    }
  }

  #small(frame: Frame, pixels: number): SmallPicture {
    let chain = this.#chains.get(pixels);
    // Size or format of the pictures may change on the way: then so do the filters.
    if (!chain?.accepts(frame)) {
      chain?.[Symbol.dispose]();
      this.#chains.delete(pixels);
      chain = new FilterChain(frame, this.#filters(frame, pixels));
      this.#chains.set(pixels, chain);
    }
    using small = chain.apply(frame);
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

  #filters(frame: Frame, pixels: number): string {
    const coded: CodedPicture = {
      ...this.#source.picture,
      width: frame.width,
      height: frame.height,
      isInterlaced: isInterlaced(frame),
    };
    // The first picture's shape holds for all, so that all are of one size.
    const { width, height } = this.info;
    const shrink = Math.min(1, Math.sqrt(pixels / (width * height)));
    const sides = [width, height].map((side) =>
      Math.max(1, Math.round(side * shrink))
    ) as [number, number];
    const { picture, filters } = oneMoment(coded);
    const [w, h] = swapsSides(picture.orientation) ? sides.toReversed() : sides;
    return [
      ...filters,
      `scale=${w}:${h}:flags=area${matrixOption(coded)}`,
      ...toneMapFilters(picture.highDynamicRange),
      "scale=out_range=full",
      "format=yuv444p",
      ...orientationFilters(picture.orientation),
    ].join(",");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const chain of this.#chains.values()) chain[Symbol.dispose]();
    await this.#source[Symbol.asyncDispose]();
  }
}
