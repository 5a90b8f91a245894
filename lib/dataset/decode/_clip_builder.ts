import { CHANNELS, type Clip } from "lib/core/mod.ts";
import { FilterChain, type Frame } from "../ffmpeg/mod.ts";
import { type CodedFormat, coverFilters, formatOfFrame } from "./_filters.ts";

/** `[0,255]` to `[0,1]`. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Shape of the clip, and whether its pixels are taken as stored. */
interface ClipBuilderOptions extends Omit<Clip, "data"> {
  readonly stored?: boolean;
}

/** A clip that is filled with decoded frames, scaled to its size. */
export class ClipBuilder implements Disposable {
  /** Zero from frame `filled` on. */
  readonly clip: Clip;
  #filled = 0;
  readonly #chain: FilterChain;

  constructor(
    { frames, height, width, fps, stored = false }: ClipBuilderOptions,
    coded: CodedFormat,
  ) {
    const size = frames * height * width * CHANNELS;
    const data = new Float32Array(new ArrayBuffer(size * 4));
    this.clip = { frames, height, width, fps, data };
    this.#chain = new FilterChain((frame) => {
      const format = formatOfFrame(coded, frame);
      return coverFilters(
        stored ? { ...format, pixelAspect: 1, firstField: undefined } : format,
        width,
        height,
      );
    });
  }

  /** Number of frames filled so far. */
  get filled(): number {
    return this.#filled;
  }

  /** Fills the frames up to `count` with copies of one frame. */
  fill(frame: Frame, count: number): void {
    const { height, width, data } = this.clip;
    const size = height * width * CHANNELS;
    const start = this.#filled * size;
    using covered = this.#chain.apply(frame);
    const bytes = covered.toBuffer(); // [H,W,3]
    for (let j = 0; j < size; j++) data[start + j] = UNIT[bytes[j]!]!;
    for (let i = this.#filled + 1; i < count; i++) {
      data.copyWithin(i * size, start, start + size);
    }
    this.#filled = count;
  }

  [Symbol.dispose](): void {
    this.#chain[Symbol.dispose]();
  }
}
