import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_NOPTS_VALUE,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_PKT_FLAG_CORRUPT,
  AVCOL_SPC_UNSPECIFIED,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_SMPTE2084,
  AVERROR_EOF,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  AVSEEK_FLAG_BACKWARD,
} from "node-av/constants";
import { InputError } from "lib/core/mod.ts";
import {
  answerOf,
  avGetCodecName,
  check,
  Codec,
  CodecContext,
  Dictionary,
  fileUrl,
  FormatContext,
  Frame,
  Packet,
  type Stream,
} from "../ffmpeg/mod.ts";
import type { CodedFormat } from "./_filters.ts";
import { describeUnknownFile, readHead } from "./_readable_file.ts";
import { type Orientation, orientationOf, swapsAxes } from "./_orientation.ts";

/**
 * Containers that are opened. Playlists (HLS, concat, ...) name other files, out
 * of reach of Deno's permissions.
 */
const CONTAINERS = "mov,mp4,matroska,webm,gif,avi,mpegts,mpeg,mpegvideo,flv," +
  "ogg,asf,ivf,h264,hevc,obu,yuv4mpegpipe,nut,mxf,dv,rm,apng," +
  "wav,mp3,flac,aac,aiff";

/** Threads of one decoder: more delay a short clip. */
const DECODER_THREADS = 2;

/** Ticks of a container's duration per second. */
const CONTAINER_TICKS = 1_000_000;

/**
 * The first video stream of an open file.
 *
 * Times are seconds from the first frame of the stream; ticks are the time base
 * of the stream.
 */
export class VideoSource implements AsyncDisposable {
  readonly path: string;
  readonly #format: FormatContext;
  readonly #stream: Stream;
  readonly #origin: bigint;
  /** Seconds of one tick. */
  readonly tick: number;
  /** The error that ended reading before the end of the file, if any. */
  damage: string | undefined;

  private constructor(path: string, format: FormatContext, stream: Stream) {
    this.path = path;
    this.#format = format;
    this.#stream = stream;
    this.#origin = stream.startTime === AV_NOPTS_VALUE ? 0n : stream.startTime;
    this.tick = stream.timeBase.toDouble();
  }

  /**
   * Opens a file.
   *
   * @throws {InputError} if there is no such file, or no video in it
   */
  static async open(path: string): Promise<VideoSource> {
    const head = await readHead(path);
    const format = new FormatContext();
    try {
      using options = Dictionary.fromObject({
        protocol_whitelist: "file",
        format_whitelist: CONTAINERS,
      });
      if (
        await format.openInput(fileUrl(path), null, options) < 0 ||
        await format.findStreamInfo() < 0 ||
        format.nbStreams === 0
      ) {
        throw new InputError(
          `Cannot decode "${path}": the file must hold a video: ${
            describeUnknownFile(head)
          }`,
        );
      }
      return new VideoSource(path, format, videoStreamOf(path, format));
    } catch (error) {
      await format[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** FFmpeg's name of the codec: `h264`, `vp9`, `gif`. */
  get codec(): string {
    return avGetCodecName(this.#stream.codecpar.codecId) ?? "unknown";
  }

  /** Frames per second on average. */
  get fps(): number {
    for (const rate of [this.#stream.avgFrameRate, this.#stream.rFrameRate]) {
      if (rate.num > 0 && rate.den > 0) return rate.toDouble();
    }
    throw new InputError(
      `Cannot decode "${this.path}": the file must say how fast its frames follow each other: it does not; convert it to MP4`,
    );
  }

  /** Number of frames, if the container states it. */
  get frames(): number | undefined {
    return Number(this.#stream.nbFrames) || undefined;
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

  /** The format of the coded frames; the frames themselves state interlacing. */
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
      isInterlaced: false,
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

  /** Seeks the last key frame at or before a time; without effect if the file cannot seek. */
  async seek(seconds: number): Promise<void> {
    const timestamp = this.#origin + BigInt(Math.floor(seconds / this.tick));
    await this.#format.seekFrame(
      this.#stream.index,
      timestamp,
      AVSEEK_FLAG_BACKWARD,
    );
  }

  /**
   * Decodes frames in presentation order.
   *
   * Every iteration yields the same `Frame` object: to keep it, take a reference
   * (`Frame.ref`).
   */
  async *decode(): AsyncGenerator<DecodedFrame> {
    using decoder = await this.#openDecoder();
    using frame = allocated(new Frame());
    let next = 0;
    for await (const packet of this.#packets()) {
      const answer = await decoder.sendPacket(packet);
      if (answer < 0 && answer !== AVERROR_EOF) {
        // Streams cut out of a broadcast begin with frames whose references are
        // missing; the video starts at the first intact one.
        if (next === 0) continue;
        this.damage = `a frame at about ${next.toFixed(2)} s is damaged`;
        return;
      }
      while (await decoder.receiveFrame(frame) >= 0) {
        const decoded = this.#timed(frame, next);
        next = decoded.seconds + (decoded.duration ?? 1 / this.fps);
        yield decoded;
        frame.unref();
      }
    }
  }

  /** Time at which the last frame ends, by reading the file to its end; seconds. */
  async measureDuration(): Promise<number> {
    let end = 0;
    for await (const packet of this.#packets()) {
      if (packet === null || packet.pts === AV_NOPTS_VALUE) continue;
      const seconds = Number(packet.pts - this.#origin) * this.tick;
      const duration = Number(packet.duration) * this.tick || 1 / this.fps;
      end = Math.max(end, seconds + duration);
    }
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#format[Symbol.asyncDispose]();
  }

  #timed(frame: Frame, expected: number): DecodedFrame {
    const at = frame.bestEffortTimestamp;
    return {
      frame,
      seconds: at === AV_NOPTS_VALUE
        ? expected
        : Number(at - this.#origin) * this.tick,
      duration: frame.duration > 0n
        ? Number(frame.duration) * this.tick
        : undefined,
      isIntact: frame.decodeErrorFlags === 0,
    };
  }

  /** The packets of the stream, then null, which drains the decoder. */
  async *#packets(): AsyncGenerator<Packet | null> {
    using packet = allocated(new Packet());
    while (true) {
      const answer = await this.#format.readFrame(packet);
      if (answer < 0) {
        if (answer !== AVERROR_EOF) {
          this.damage ??= `reading stops with "${answerOf(answer)}"`;
        }
        break;
      }
      if (packet.streamIndex === this.#stream.index) {
        if (packet.flags & AV_PKT_FLAG_CORRUPT) {
          this.damage ??= "the file breaks off in the middle of a frame";
          break;
        }
        yield packet;
      }
      packet.unref();
    }
    yield null;
  }

  async #openDecoder(): Promise<CodecContext> {
    const { codecpar } = this.#stream;
    const codec = Codec.findDecoder(codecpar.codecId);
    const decoder = new CodecContext();
    try {
      if (codec !== null) {
        decoder.allocContext3(codec);
        check(decoder.parametersToContext(codecpar), "set up the decoder");
        decoder.pktTimebase = this.#stream.timeBase;
        decoder.threadCount = DECODER_THREADS;
      }
      if (codec === null || await decoder.open2(codec, null) < 0) {
        throw new InputError(
          `Cannot decode "${this.path}": its codec must be one that FFmpeg decodes: it is "${this.codec}"; convert the file to H.264`,
        );
      }
      return decoder;
    } catch (error) {
      decoder.freeContext();
      throw error;
    }
  }
}

/** Pixels. */
interface FrameSize {
  readonly width: number;
  readonly height: number;
}

function rotated(
  { width, height }: FrameSize,
  orientation: Orientation,
): FrameSize {
  return swapsAxes(orientation)
    ? { width: height, height: width }
    : { width, height };
}

/** A decoded frame and its time. */
export interface DecodedFrame {
  readonly frame: Frame;
  /** Presentation time, seconds from the first frame of the stream. */
  readonly seconds: number;
  /** Seconds, if the file states it. */
  readonly duration: number | undefined;
  /** False if the decoder concealed errors. */
  readonly isIntact: boolean;
}

function videoStreamOf(path: string, format: FormatContext): Stream {
  const stream = format.streams[format.findBestStream(AVMEDIA_TYPE_VIDEO)];
  // FFmpeg presents the cover image of a song as a video stream.
  if (
    stream === undefined || stream.disposition & AV_DISPOSITION_ATTACHED_PIC
  ) {
    const audio = format.streams[format.findBestStream(AVMEDIA_TYPE_AUDIO)];
    const found = audio === undefined
      ? "it holds none"
      : `it holds only sound (${avGetCodecName(audio.codecpar.codecId)})`;
    throw new InputError(
      `Cannot decode "${path}": the file must hold a video stream: ${found}; pass a video`,
    );
  }
  const { width, height } = stream.codecpar;
  if (width <= 0 || height <= 0) {
    throw new InputError(
      `Cannot decode "${path}": its frames must have a size: it is ${width}x${height}, so the file was cut short or is damaged; get a whole copy`,
    );
  }
  return stream;
}

function allocated<T extends { alloc(): void }>(object: T): T {
  object.alloc();
  return object;
}
