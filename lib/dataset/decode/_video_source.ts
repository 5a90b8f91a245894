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
import type { CodedPicture } from "./_cover.ts";
import { describeUnknownFile, readHead } from "./_readable_file.ts";
import { orientationOf } from "./_rotation.ts";

/**
 * Containers that are opened. Playlists (HLS, concat, ...) are not among them:
 * they name other files, which Deno's permissions could not guard.
 */
const CONTAINERS = "mov,mp4,matroska,webm,gif,avi,mpegts,mpeg,mpegvideo,flv," +
  "ogg,asf,ivf,h264,hevc,obu,yuv4mpegpipe,nut,mxf,dv,rm,apng," +
  "wav,mp3,flac,aac,aiff";

/** Threads of one decoder: more only delay a short clip. */
const DECODER_THREADS = 2;

/** Ticks of a container's duration per second. */
const CONTAINER_TICKS = 1_000_000;

/**
 * A video file, open: its first video stream and where decoding stands.
 *
 * Times are seconds from the first picture of the stream; ticks are the
 * stream's own unit.
 */
export class VideoSource implements AsyncDisposable {
  readonly path: string;
  readonly #format: FormatContext;
  readonly #stream: Stream;
  readonly #origin: bigint;
  /** Seconds of one tick. */
  readonly tick: number;
  /** What broke the file off before its end, if anything did. */
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

  /** Pictures, if the container counts them. */
  get frames(): number | undefined {
    return Number(this.#stream.nbFrames) || undefined;
  }

  /** Seconds, if the container says. */
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

  /** The picture as it is coded. */
  get picture(): CodedPicture {
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
      isInterlaced: false, // Only the pictures themselves say.
    };
  }

  /** Goes to the last key picture that is not later than a time, if the file allows. */
  async seek(seconds: number): Promise<void> {
    const timestamp = this.#origin + BigInt(Math.floor(seconds / this.tick));
    // A file that cannot seek is read on from where it stands.
    await this.#format.seekFrame(
      this.#stream.index,
      timestamp,
      AVSEEK_FLAG_BACKWARD,
    );
  }

  /**
   * Decodes pictures in the order in which they are shown.
   *
   * The frame is the same object each time: who keeps it, keeps a reference of
   * its own (`Frame.ref`).
   */
  async *decode(): AsyncGenerator<DecodedPicture> {
    using decoder = await this.#openDecoder();
    using frame = allocated(new Frame());
    let next = 0;
    for await (const packet of this.#packets()) {
      const answer = await decoder.sendPacket(packet);
      if (answer < 0 && answer !== AVERROR_EOF) {
        // Streams cut out of a broadcast begin with pictures that lack their
        // references; the first whole one starts the video.
        if (next === 0) continue;
        this.damage = `a picture at about ${next.toFixed(2)} s is damaged`;
        return;
      }
      while (await decoder.receiveFrame(frame) >= 0) {
        const picture = this.#timed(frame, next);
        next = picture.seconds + (picture.duration ?? 1 / this.fps);
        yield picture;
        frame.unref();
      }
    }
  }

  /** Seconds at which the last picture ends, by reading the file to its end. */
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

  #timed(frame: Frame, expected: number): DecodedPicture {
    const at = frame.bestEffortTimestamp;
    return {
      frame,
      seconds: at === AV_NOPTS_VALUE
        ? expected
        : Number(at - this.#origin) * this.tick,
      duration: frame.duration > 0n
        ? Number(frame.duration) * this.tick
        : undefined,
      isWhole: frame.decodeErrorFlags === 0,
    };
  }

  /** The stream's packets, then null, which drains the decoder. */
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
          this.damage ??= "the file breaks off in the middle of a picture";
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

/** A picture as it leaves the decoder. */
export interface DecodedPicture {
  readonly frame: Frame;
  /** When it appears, in seconds from the first picture of the stream. */
  readonly seconds: number;
  /** How long it stays, in seconds, if the file says. */
  readonly duration: number | undefined;
  /** False if the decoder had to guess parts of it. */
  readonly isWhole: boolean;
}

function videoStreamOf(path: string, format: FormatContext): Stream {
  const stream = format.streams[format.findBestStream(AVMEDIA_TYPE_VIDEO)];
  // The cover picture of a song is a video stream to FFmpeg.
  if (
    stream === undefined || stream.disposition & AV_DISPOSITION_ATTACHED_PIC
  ) {
    const sound = format.streams[format.findBestStream(AVMEDIA_TYPE_AUDIO)];
    const found = sound === undefined
      ? "it holds none"
      : `it holds only sound (${avGetCodecName(sound.codecpar.codecId)})`;
    throw new InputError(
      `Cannot decode "${path}": the file must hold a video stream: ${found}; pass a video`,
    );
  }
  const { width, height } = stream.codecpar;
  if (width <= 0 || height <= 0) {
    throw new InputError(
      `Cannot decode "${path}": its pictures must have a size: it is ${width}x${height}, so the file was cut short or is damaged; get a whole copy`,
    );
  }
  return stream;
}

function allocated<T extends { alloc(): void }>(native: T): T {
  native.alloc();
  return native;
}
