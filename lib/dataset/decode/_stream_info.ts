import {
  AV_NOPTS_VALUE,
  AV_PKT_DATA_DISPLAYMATRIX,
  AVCOL_SPC_UNSPECIFIED,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_SMPTE2084,
  AVFMT_NOTIMESTAMPS,
  AVFMT_TS_DISCONT,
} from "node-av/constants";
import { InputError } from "lib/core/mod.ts";
import {
  avGetCodecName,
  type FormatContext,
  type Stream,
} from "../ffmpeg/mod.ts";
import type { CodedFormat } from "./_filters.ts";
import { type Orientation, orientationOf, swapsAxes } from "./_orientation.ts";

/** Ticks of a container's duration per second. */
const CONTAINER_TICKS = 1_000_000;

/** Containers with an index by time, by FFmpeg's names: others are read through. */
const INDEXED = /^(mov|matroska|avi)\b/;

/** Containers that state their end in front; FFmpeg derives that of others. */
const STATES_END = /^(mov|matroska|avi|flv|asf)\b/;

/** Containers whose number of frames is that of the frames in them. */
const COUNTS_FRAMES = /^(mov|gif)\b/;

/** Containers of pictures and of animations; pictures in sequence are raw MJPEG. */
const PICTURES = /_pipe$|^(gif|apng|webp_anim|jpegxl_anim)$/;

/** Brands of MP4 that are pictures or animations: AVIF and HEIF. */
const PICTURE_BRANDS = /^(avif|avis|mif1|msf1|hei[cx]|hev[cx])/;

/** Pixels. */
interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** What a container states about a video stream. */
export class StreamInfo {
  readonly #path: string;
  readonly #format: FormatContext;
  readonly #stream: Stream;
  #fps: number | undefined;
  /** Seconds of one tick of the stream. */
  readonly tick: number;

  /** @param path For errors. */
  constructor(path: string, format: FormatContext, stream: Stream) {
    this.#path = path;
    this.#format = format;
    this.#stream = stream;
    this.tick = stream.timeBase.toDouble();
  }

  /** Whether packets have times. */
  get hasTimes(): boolean {
    return !this.#has(AVFMT_NOTIMESTAMPS);
  }

  /** Whether the clock may jump, as in a broadcast. */
  get mayJump(): boolean {
    return this.#has(AVFMT_TS_DISCONT);
  }

  /** Whether the container has an index by time. */
  get isIndexed(): boolean {
    return INDEXED.test(this.#container);
  }

  /** Whether a file of this format that holds one frame is a picture. */
  get isPictureFormat(): boolean {
    const brand = this.#format.metadata?.get("major_brand") ?? "";
    return PICTURES.test(this.#container) || PICTURE_BRANDS.test(brand);
  }

  /** FFmpeg's name of the codec: `h264`, `vp9`, `gif`. */
  get codec(): string {
    return avGetCodecName(this.#stream.codecpar.codecId) ?? "unknown";
  }

  /**
   * Frames per second on average.
   *
   * @throws {InputError} if nothing states it
   */
  get fps(): number {
    return this.#fps ??= this.#statedRate();
  }

  /** Number of frames, if the container states it and none of them is hidden. */
  get frames(): number | undefined {
    const { nbFrames, duration } = this.#stream;
    if (!COUNTS_FRAMES.test(this.#container) || nbFrames <= 0n) {
      return undefined;
    }
    // An edit list hides frames from the duration, not from their number.
    const shown = Number(duration) * this.tick * this.fps;
    return Math.abs(Number(nbFrames) - shown) < 0.5
      ? Number(nbFrames)
      : undefined;
  }

  /** Seconds, if the container states it. */
  get durationSeconds(): number | undefined {
    const { duration } = this.#stream;
    if (duration !== AV_NOPTS_VALUE && duration > 0n) {
      return Number(duration) * this.tick;
    }
    const whole = this.#format.duration;
    return whole !== AV_NOPTS_VALUE && whole > 0n
      ? Number(whole) / CONTAINER_TICKS
      : undefined;
  }

  /**
   * The end that the container states in front: of this stream, or else of all
   * of them on the clock of the file; seconds.
   */
  get statedEnd(): { ofStream: number } | { ofFile: number } | undefined {
    if (!STATES_END.test(this.#container)) return undefined;
    const { duration, nbFrames } = this.#stream;
    // The header of AVI counts frames, and FFmpeg guesses the duration.
    const own = this.#container === "avi" ? nbFrames : duration;
    if (own !== AV_NOPTS_VALUE && own > 0n) {
      return { ofStream: Number(own) * this.tick };
    }
    const ofFile = this.durationSeconds;
    return ofFile === undefined ? undefined : { ofFile };
  }

  /** The format of the coded frames; the frames themselves state fields and alpha. */
  get coded(): CodedFormat {
    const { codecpar } = this.#stream;
    const aspect = [this.#stream.sampleAspectRatio, codecpar.sampleAspectRatio]
      .find((ratio) => ratio.num > 0 && ratio.den > 0);
    return {
      width: codecpar.width,
      height: codecpar.height,
      pixelAspect: aspect?.toDouble() ?? 1,
      orientation: orientationOf(
        codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX),
      ),
      hasColourMatrix: codecpar.colorSpace !== AVCOL_SPC_UNSPECIFIED,
      highDynamicRange: codecpar.colorTrc === AVCOL_TRC_SMPTE2084
        ? "smpte2084"
        : codecpar.colorTrc === AVCOL_TRC_ARIB_STD_B67
        ? "arib-std-b67"
        : undefined,
      firstField: undefined,
      hasAlpha: false,
    };
  }

  /** Width and height as displayed: with pixel aspect and rotation applied; pixels. */
  get displaySize(): FrameSize {
    const { width, height, pixelAspect, orientation } = this.coded;
    const shown = Math.max(1, Math.round(width * pixelAspect));
    return rotated({ width: shown, height }, orientation);
  }

  /** Width and height of the stored pixels, with rotation applied. */
  get storedSize(): FrameSize {
    const { width, height, orientation } = this.coded;
    return rotated({ width, height }, orientation);
  }

  #statedRate(): number {
    const { codecpar, avgFrameRate, rFrameRate } = this.#stream;
    // Without timestamps the stream alone states a rate, and FFmpeg's average is
    // its default.
    const rates = this.hasTimes
      ? [avgFrameRate, rFrameRate]
      : [codecpar.frameRate.num > 0 ? codecpar.frameRate : avgFrameRate];
    const stated = rates.filter(({ num, den }) => num > 0 && den > 0);
    if (stated.length === 0) {
      throw new InputError(
        `Cannot decode "${this.#path}": the file must say how fast its frames follow each other: it does not; convert it to MP4`,
      );
    }
    // The exact rate fits every timestamp, so a higher average is an artefact of
    // the container, as in DV.
    return Math.min(...stated.map(({ num, den }) => num / den));
  }

  /** FFmpeg's names of the container: `mov,mp4,m4a,3gp,3g2,mj2`. */
  get #container(): string {
    return this.#format.iformat?.name ?? "";
  }

  #has(flag: number): boolean {
    return ((this.#format.iformat?.flags ?? 0) & flag) !== 0;
  }
}

function rotated(
  { width, height }: FrameSize,
  orientation: Orientation,
): FrameSize {
  return swapsAxes(orientation)
    ? { width: height, height: width }
    : { width, height };
}
