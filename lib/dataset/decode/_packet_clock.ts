import { AV_NOPTS_VALUE } from "node-av/constants";
import type { Packet } from "../ffmpeg/mod.ts";

/** Seconds by which the clock of a stream may run back, as in FFmpeg's program. */
const BACKWARD_SECONDS = 0.1;

/** Seconds by which the clock of a broadcast may run ahead, as in FFmpeg's program. */
const FORWARD_SECONDS = 10;

/**
 * The clock of a stream: a broadcast restarts it between programmes, and files
 * that are appended to each other restart it at every file. Packets after a jump
 * follow the ones before it.
 */
export class PacketClock {
  readonly #tick: number;
  readonly #mayRunAhead: boolean;
  /** What is added to timestamps, ticks. */
  #offset = 0n;
  /** Decoding time of the last packet, and of the one after it, ticks. */
  #last: { readonly time: bigint; readonly next: bigint } | undefined;
  /** Where the latest packet by presentation time ends, ticks. */
  #end: bigint = AV_NOPTS_VALUE;
  #jumps = 0;

  /**
   * @param tick Seconds.
   * @param mayJump Whether the container is a broadcast format, in which a gap
   * of more than 10 s is a jump of the clock, not a picture that stands still.
   */
  constructor(tick: number, mayJump: boolean) {
    this.#tick = tick;
    this.#mayRunAhead = mayJump;
  }

  /** Where the latest packet by presentation time ends, ticks; AV_NOPTS_VALUE before one. */
  get end(): bigint {
    return this.#end;
  }

  /** Times that the clock jumped. */
  get jumps(): number {
    return this.#jumps;
  }

  /** Moves the timestamps of the next packet in decoding order. */
  adjust(packet: Packet): void {
    const { dts, pts, duration } = packet;
    if (dts !== AV_NOPTS_VALUE) {
      if (this.#last !== undefined && this.#jumpsTo(dts + this.#offset)) {
        this.#jumps++;
        // FFmpeg guesses some decoding times, and some packets have no other.
        const byDecoding = this.#last.next - dts;
        const byPresentation = this.#end - (pts === AV_NOPTS_VALUE ? dts : pts);
        this.#offset = byDecoding > byPresentation
          ? byDecoding
          : byPresentation;
      }
      packet.dts = dts + this.#offset;
      this.#last = { time: packet.dts, next: packet.dts + duration };
    }
    if (pts !== AV_NOPTS_VALUE) packet.pts = pts + this.#offset;
    const time = pts === AV_NOPTS_VALUE ? packet.dts : packet.pts;
    if (time !== AV_NOPTS_VALUE && time + duration > this.#end) {
      this.#end = time + duration;
    }
  }

  #jumpsTo(dts: bigint): boolean {
    const step = Number(dts - this.#last!.time) * this.#tick;
    return step < -BACKWARD_SECONDS ||
      (this.#mayRunAhead && step > FORWARD_SECONDS);
  }

  /** After seeking, the first packet may have any time. */
  reset(): void {
    this.#last = undefined;
    this.#end = AV_NOPTS_VALUE;
  }
}
