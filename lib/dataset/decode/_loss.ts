import type { StreamInfo } from "./_stream_info.ts";

/** A file that ends this much before its stated end was cut short, seconds. */
const CUT_SECONDS = 0.5;

/** Where a decoded file ends, seconds from the first frame. */
interface Ends {
  /** End of the last packet of the stream, whether or not it gave a frame. */
  readonly packets: number;
  /** End of the last packet of any stream, on the clock of the file. */
  readonly file: number;
  /** The error that ended reading, if any. */
  readonly error: string | undefined;
}

/** What damage took from a video, while it is decoded. */
export class Loss {
  /** Frames that are not intact. */
  damagedFrames = 0;
  /** Where the last frame ends, seconds. */
  end = 0;
  /** Seconds without frames in the middle. */
  #gaps = 0;
  /** Times of packets that gave no frame, seconds. */
  readonly #undecoded: number[] = [];
  /** Seconds without frames at the end. */
  #tail = 0;
  #isCut = false;
  #error: string | undefined;

  /** A packet gave no frame. */
  undecoded(seconds: number): void {
    this.#undecoded.push(seconds);
  }

  /** The next frame in presentation order. */
  shows(
    { seconds, endSeconds, isIntact }: {
      readonly seconds: number;
      readonly endSeconds: number;
      readonly isIntact: boolean;
    },
  ): void {
    if (!isIntact) {
      // In an intact stream, a frame may stand still for any time.
      const gap = this.damagedFrames + this.end > 0 ? seconds - this.end : 0;
      if (gap > (endSeconds - seconds) / 2) this.#gaps += gap;
      this.damagedFrames++;
    }
    this.end = endSeconds;
  }

  /** Nothing follows. */
  ends({ packets, file, error }: Ends, { statedEnd }: StreamInfo): void {
    const silent = this.#undecoded.length > 0 ? packets - this.end : 0;
    const missing = statedEnd === undefined
      ? 0
      : "ofStream" in statedEnd
      ? statedEnd.ofStream - this.end
      // Sound may outlast the video.
      : statedEnd.ofFile - file > CUT_SECONDS
      ? statedEnd.ofFile - file + silent
      : 0;
    this.#isCut = missing > CUT_SECONDS;
    this.#tail = this.#isCut ? missing : silent;
    this.#error = error;
  }

  /** Seconds without frames, as far as known. */
  get seconds(): number {
    return this.#gaps + this.#tail;
  }

  /** What is lost, as text; undefined = nothing. */
  get text(): string | undefined {
    const parts = [];
    // After a cut, the packets that gave no frame are part of what is missing.
    const inside = this.#undecoded.filter((seconds) =>
      !this.#isCut || seconds < this.end
    );
    if (inside.length > 0) {
      const count = inside.length === 1 ? "1 frame" : `${inside.length} frames`;
      parts.push(`${count} from ${shown(inside[0]!)} on cannot be decoded`);
    }
    const within = this.#gaps + (this.#isCut ? 0 : this.#tail);
    if (within > 0) parts.push(`${shown(within)} have no frames`);
    const end = shown(this.end);
    if (this.#isCut) {
      parts.push(
        `the file breaks off at ${end}: the last ${
          shown(this.#tail)
        } are missing`,
      );
    }
    if (this.#error !== undefined) parts.push(`${this.#error} at ${end}`);
    return parts.length === 0 ? undefined : parts.join(", ");
  }
}

function shown(seconds: number): string {
  return `${seconds.toFixed(2)} s`;
}
