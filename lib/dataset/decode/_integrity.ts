import {
  AV_FRAME_FLAG_CORRUPT,
  AV_FRAME_FLAG_KEY,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_CORRUPT,
} from "node-av/constants";
import type { Frame, Packet } from "../ffmpeg/mod.ts";

const NONE: ReadonlySet<bigint> = new Set();

/**
 * Which frames of a damaged stream are intact. A damaged frame damages those that
 * are predicted from it, so all up to the next key frame count as damaged.
 */
export class Integrity {
  readonly #threads: number;
  readonly #delay: number;
  /** Presentation times of the packets in the decoder, in decoding order. */
  #inDecoder: bigint[] = [];
  /** The damage that lasts; undefined = the stream is intact. */
  #damage: Damage | undefined;

  /**
   * @param threads Packets that the decoder works on at a time.
   * @param delay Frames that it holds back to present them in order.
   */
  constructor(threads: number, delay: number) {
    this.#threads = threads;
    this.#delay = threads + delay;
  }

  /** To be called before each packet is decoded. */
  enters({ pts, flags }: Packet): void {
    if (flags & AV_PKT_FLAG_CORRUPT) this.#damagedAt(pts, this.#inDecoder);
    this.#inDecoder.push(pts);
  }

  /** The decoder refuses one of the latest packets. */
  refused(): void {
    const safe = this.#inDecoder.slice(0, -this.#threads);
    this.#damagedAt(this.#inDecoder.at(-1) ?? AV_NOPTS_VALUE, safe);
  }

  /** Whether the next frame in presentation order is intact. */
  isIntact({ pts, flags, decodeErrorFlags }: Frame): boolean {
    // Lost packets never leave, so the oldest are forgotten.
    this.#inDecoder = this.#inDecoder.filter((time) => time !== pts)
      .slice(-2 * this.#delay - 1);
    const isDamaged = decodeErrorFlags !== 0 ||
      (flags & AV_FRAME_FLAG_CORRUPT) !== 0;
    const damage = this.#damage;
    if (!isDamaged && damage?.safe.has(pts)) return true;
    if (damage !== undefined && flags & AV_FRAME_FLAG_KEY) {
      const hasTimes = pts !== AV_NOPTS_VALUE && damage.pts !== AV_NOPTS_VALUE;
      // Without times, a key frame so soon may be older than the damage.
      const isLater = hasTimes ? pts > damage.pts : damage.frames > this.#delay;
      if (isLater) this.#damage = undefined;
    }
    if (isDamaged) this.#damage ??= { pts, safe: NONE, frames: 0 };
    if (this.#damage === undefined) return true;
    this.#damage.frames++;
    this.#damage.safe = NONE;
    return false;
  }

  #damagedAt(pts: bigint, safe: readonly bigint[]): void {
    this.#damage = {
      pts,
      safe: this.#damage?.safe ??
        new Set(safe.filter((time) => time !== AV_NOPTS_VALUE)),
      frames: 0,
    };
  }
}

interface Damage {
  /** Presentation time of the damaged packet. */
  readonly pts: bigint;
  /** Presentation times of frames that were decoded before it and not yet shown. */
  safe: ReadonlySet<bigint>;
  /** Frames presented since. */
  frames: number;
}
