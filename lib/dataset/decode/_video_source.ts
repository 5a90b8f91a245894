import { AV_NOPTS_VALUE, AVERROR_EAGAIN, AVERROR_EOF } from "node-av/constants";
import { type FormatContext, Frame, type Stream } from "../ffmpeg/mod.ts";
import { Integrity } from "./_integrity.ts";
import { Loss } from "./_loss.ts";
import { DECODER_THREADS, openDecoder } from "./_open_decoder.ts";
import { openFormat, videoStreamOf } from "./_open_format.ts";
import { PacketClock } from "./_packet_clock.ts";
import { PacketReader } from "./_packet_reader.ts";
import { StreamInfo } from "./_stream_info.ts";

/** Attempts to get frames out of a decoder that answers with errors only. */
const MAX_FAILURES = 1000;

/** A decoded frame and its time. */
export interface DecodedFrame {
  readonly frame: Frame;
  /** Presentation time, seconds from the first frame shown. */
  readonly seconds: number;
  /** Presentation time of the next frame, as far as this one states it. */
  readonly endSeconds: number;
  /** False if it is damaged, or predicted from a damaged frame. */
  readonly isIntact: boolean;
}

/**
 * The first video stream of an open file.
 *
 * Times are seconds from the first frame that is shown, whatever the clock of the
 * file says then; ticks are the time base of the stream.
 */
export class VideoSource implements AsyncDisposable {
  readonly path: string;
  readonly info: StreamInfo;
  readonly #format: FormatContext;
  readonly #stream: Stream;
  readonly #clock: PacketClock;
  readonly #packets: PacketReader;
  /** Time of the first frame, ticks. */
  #origin: bigint | undefined;
  #loss = new Loss();

  private constructor(path: string, format: FormatContext, stream: Stream) {
    this.path = path;
    this.#format = format;
    this.#stream = stream;
    this.info = new StreamInfo(path, format, stream);
    this.#clock = new PacketClock(this.info.tick, this.info.mayJump);
    this.#packets = new PacketReader(format, stream, this.#clock);
  }

  /**
   * Opens a file.
   *
   * @throws {InputError} if there is no such file, or no video in it
   */
  static async open(path: string): Promise<VideoSource> {
    const format = await openFormat(path);
    try {
      return new VideoSource(path, format, videoStreamOf(path, format));
    } catch (error) {
      await format[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What damage took, of the frames decoded so far. */
  get loss(): Loss {
    return this.#loss;
  }

  /** Times that the clock of the file jumped so far. */
  get clockJumps(): number {
    return this.#clock.jumps;
  }

  /**
   * Continues at the last key frame at or before a time; at the first frame if
   * the packets have no times.
   */
  async seek(seconds: number): Promise<void> {
    this.#packets.record();
    // The first frame that is shown is time 0.
    for await (const _ of this.decode()) break;
    const { tick, hasTimes, isIndexed, durationSeconds = 0 } = this.info;
    if (this.#origin === undefined || !hasTimes) {
      this.#packets.rewind();
      return;
    }
    const time = this.#origin + BigInt(Math.floor(seconds / tick));
    // Past the stated end, another file was appended, with times of its own.
    if (isIndexed && seconds < durationSeconds) {
      await this.#packets.seek(time);
    } else {
      await this.#packets.skip(time);
    }
  }

  /**
   * Decodes frames in presentation order, past damage.
   *
   * Every iteration yields the same `Frame` object: to keep it, take a reference
   * (`Frame.ref`).
   */
  async *decode(): AsyncGenerator<DecodedFrame> {
    const loss = this.#loss = new Loss();
    using decoder = await openDecoder(this.path, this.#stream);
    using frame = new Frame();
    frame.alloc();
    const { videoDelay } = this.#stream.codecpar;
    const integrity = new Integrity(DECODER_THREADS, videoDelay);
    let last: DecodedFrame | undefined;
    let pts: bigint = AV_NOPTS_VALUE;
    for await (const packet of this.#packets.packets()) {
      if (packet !== null) {
        integrity.enters(packet);
        pts = packet.pts;
      }
      let answer = await decoder.sendPacket(packet);
      for (let failures = 0; failures < MAX_FAILURES;) {
        if (answer < 0 && answer !== AVERROR_EAGAIN && answer !== AVERROR_EOF) {
          failures++;
          // Streams cut out of a broadcast begin with frames whose references
          // are missing; the video starts at the first intact one.
          if (last !== undefined) {
            integrity.refused();
            loss.undecoded(this.#secondsAt(pts) ?? last.endSeconds);
          }
        }
        answer = await decoder.receiveFrame(frame);
        if (answer === AVERROR_EAGAIN || answer === AVERROR_EOF) break;
        if (answer < 0) continue;
        const isIntact = integrity.isIntact(frame);
        last = { frame, isIntact, ...this.#timesOf(frame, last) };
        loss.shows(last);
        yield last;
        frame.unref();
      }
    }
    const { fileEnd: file, error } = this.#packets;
    const packets = this.#secondsAt(this.#clock.end) ?? loss.end;
    loss.ends({ packets, file, error }, this.info);
  }

  /** Decodes to the end: number of frames, and where the last one ends, seconds. */
  async measure(): Promise<{ frames: number; durationSeconds: number }> {
    let frames = 0;
    for await (const _ of this.decode()) frames++;
    return { frames, durationSeconds: this.#loss.end };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#packets[Symbol.dispose]();
    await this.#format[Symbol.asyncDispose]();
  }

  /** The time of a timestamp; undefined for none, and before the first frame. */
  #secondsAt(timestamp: bigint): number | undefined {
    return timestamp === AV_NOPTS_VALUE || this.#origin === undefined
      ? undefined
      : Number(timestamp - this.#origin) * this.info.tick;
  }

  #timesOf(
    frame: Frame,
    last: DecodedFrame | undefined,
  ): { seconds: number; endSeconds: number } {
    const { tick } = this.info;
    const stated = frame.duration > 0n ? Number(frame.duration) * tick : 0;
    const at = frame.bestEffortTimestamp;
    if (at === AV_NOPTS_VALUE) {
      const seconds = last?.endSeconds ?? 0;
      // A tick of AVI may be half a frame.
      return {
        seconds,
        endSeconds: seconds + Math.max(stated, 1 / this.info.fps),
      };
    }
    this.#origin ??= at;
    // Two frames of one time, or a clock that runs back a little.
    const seconds = Math.max(
      this.#secondsAt(at)!,
      (last?.seconds ?? -Infinity) + tick / 2,
    );
    return { seconds, endSeconds: seconds + (stated || 1 / this.info.fps) };
  }
}
