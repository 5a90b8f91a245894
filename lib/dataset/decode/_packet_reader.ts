import {
  AV_CODEC_ID_THEORA,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_CORRUPT,
  AV_PKT_FLAG_KEY,
  AVERROR_EOF,
  AVSEEK_FLAG_BACKWARD,
} from "node-av/constants";
import {
  answerOf,
  type FormatContext,
  Packet,
  type Stream,
} from "../ffmpeg/mod.ts";
import type { PacketClock } from "./_packet_clock.ts";

/**
 * Packets after a damaged one within which another stream begins if the damage is
 * none: FFmpeg holds a frame back while it looks for its end.
 */
const JOIN_PACKETS = 4;

/** A packet, and the times that the clock had jumped before it. */
interface ReadPacket {
  readonly packet: Packet;
  readonly jumps: number;
}

/** The packets of one stream of an open file, on a clock without jumps. */
export class PacketReader implements Disposable {
  readonly #format: FormatContext;
  readonly #stream: Stream;
  readonly #clock: PacketClock;
  /** Packets that were read ahead, the next one first. */
  #ahead: ReadPacket[] = [];
  /** Copies of all packets since {@link record}. */
  #record: ReadPacket[] | undefined;
  #fileEnd = 0;
  /** The error that ended reading before the end of the file, if any. */
  error: string | undefined;

  constructor(format: FormatContext, stream: Stream, clock: PacketClock) {
    this.#format = format;
    this.#stream = stream;
    this.#clock = clock;
  }

  /** Latest end of a packet of any stream so far, seconds of the file's clock. */
  get fileEnd(): number {
    return this.#fileEnd;
  }

  /** Yields each packet, valid until the next is requested, then null once. */
  async *packets(): AsyncGenerator<Packet | null> {
    while (true) {
      const next = this.#ahead.shift() ?? await this.#read();
      if (next === null) break;
      using packet = next.packet;
      if (packet.flags & AV_PKT_FLAG_CORRUPT && await this.#isJoin(next)) {
        packet.clearFlags(AV_PKT_FLAG_CORRUPT);
      }
      this.#record?.push({ ...next, packet: packet.clone()! });
      yield packet;
    }
    yield null;
  }

  /** From now on, packets can be read again by {@link rewind} or {@link skip}. */
  record(): void {
    this.#record = [];
  }

  /** Goes back to where {@link record} was called. */
  rewind(): void {
    this.#ahead = [...this.#record ?? [], ...this.#ahead];
    this.#record = undefined;
  }

  /**
   * Goes on at the last key frame at or before a time, by the index of the file.
   *
   * @param time Ticks.
   */
  async seek(time: bigint): Promise<void> {
    this.#clear();
    this.#clock.reset();
    await this.#format.seekFrame(
      this.#stream.index,
      time,
      AVSEEK_FLAG_BACKWARD,
    );
  }

  /**
   * Goes on at the last key frame at or before a time, reading all packets from
   * {@link record} on: for files without an index, where the clock may jump.
   *
   * @param time Ticks.
   */
  async skip(time: bigint): Promise<void> {
    this.rewind();
    let kept: ReadPacket[] = [];
    for await (const packet of this.packets()) {
      if (packet === null) break;
      const { pts, dts, flags } = packet;
      if (flags & AV_PKT_FLAG_KEY && pts !== AV_NOPTS_VALUE && pts <= time) {
        free(kept);
        kept = [];
      }
      kept.push({ packet: packet.clone()!, jumps: this.#clock.jumps });
      if (dts !== AV_NOPTS_VALUE && dts > time) break;
    }
    this.#ahead = [...kept, ...this.#ahead];
  }

  /** The next packet of the stream from the file; null at its end. */
  async #read(): Promise<ReadPacket | null> {
    const packet = new Packet();
    packet.alloc();
    while (true) {
      const answer = await this.#format.readFrame(packet);
      if (answer < 0) {
        packet.free();
        if (answer !== AVERROR_EOF) {
          this.error ??= `reading stops with "${answerOf(answer)}"`;
        }
        return null;
      }
      this.#noteEnd(packet);
      if (
        packet.streamIndex === this.#stream.index && !this.#isHeader(packet)
      ) {
        this.#clock.adjust(packet);
        return { packet, jumps: this.#clock.jumps };
      }
      packet.unref();
    }
  }

  /** Whether a packet is a header of Theora: appended streams repeat theirs. */
  #isHeader({ data }: Packet): boolean {
    return this.#stream.codecpar.codecId === AV_CODEC_ID_THEORA &&
      data !== null && (data[0]! & 0x80) !== 0;
  }

  /**
   * Whether the clock jumps soon after a packet. Where another stream was
   * appended, its counters differ, for which FFmpeg takes one of the last packets
   * before it for damaged.
   */
  async #isJoin({ jumps }: ReadPacket): Promise<boolean> {
    while (this.#ahead.length < JOIN_PACKETS) {
      const next = await this.#read();
      if (next === null) break;
      this.#ahead.push(next);
    }
    return this.#ahead.slice(0, JOIN_PACKETS).some((next) =>
      next.jumps > jumps
    );
  }

  #noteEnd(packet: Packet): void {
    const { pts, duration, streamIndex } = packet;
    if (pts === AV_NOPTS_VALUE) return;
    const tick = streamIndex === this.#stream.index
      ? this.#stream.timeBase
      : this.#format.streams[streamIndex]?.timeBase;
    if (tick === undefined) return;
    const end = Number(pts + duration) * tick.toDouble();
    this.#fileEnd = Math.max(this.#fileEnd, end);
  }

  #clear(): void {
    free(this.#ahead);
    free(this.#record ?? []);
    this.#ahead = [];
    this.#record = undefined;
  }

  [Symbol.dispose](): void {
    this.#clear();
  }
}

function free(packets: readonly ReadPacket[]): void {
  for (const { packet } of packets) packet.free();
}
