import { CHANNELS, type Clip } from "lib/core/mod.ts";
import { FilterChain, type Frame, isInterlaced } from "../ffmpeg/mod.ts";
import { type CodedPicture, coverFilters } from "./_cover.ts";

/** `[0,255]` to `[0,1]`. */
const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** A clip that is filled frame by frame with decoded pictures, scaled to its size. */
export class ClipBuilder implements Disposable {
  /** All zero from frame `filled` on. */
  readonly clip: Clip;
  #filled = 0;
  readonly #picture: CodedPicture;
  #chain: FilterChain | undefined;

  /** @param picture How the video's pictures are coded. */
  constructor(
    { frames, height, width, fps }: Omit<Clip, "data">,
    picture: CodedPicture,
  ) {
    this.#picture = picture;
    const size = frames * height * width * CHANNELS;
    const data = new Float32Array(new ArrayBuffer(size * 4));
    this.clip = { frames, height, width, fps, data };
  }

  /** How many frames there are so far. */
  get filled(): number {
    return this.#filled;
  }

  /** Fills the frames up to `count` with one picture. */
  fill(picture: Frame, count: number): void {
    const { height, width, data } = this.clip;
    const size = height * width * CHANNELS;
    const start = this.#filled * size;
    using covered = this.#cover(picture);
    const bytes = covered.toBuffer(); // [H,W,3]
    for (let j = 0; j < size; j++) data[start + j] = UNIT[bytes[j]!]!;
    for (let i = this.#filled + 1; i < count; i++) {
      data.copyWithin(i * size, start, start + size);
    }
    this.#filled = count;
  }

  /** Size or format of the pictures may change on the way: then so do the filters. */
  #cover(picture: Frame): Frame {
    if (!this.#chain?.accepts(picture)) {
      this.#chain?.[Symbol.dispose]();
      this.#chain = undefined;
      const { width, height } = picture;
      this.#chain = new FilterChain(
        picture,
        coverFilters(
          {
            ...this.#picture,
            width,
            height,
            isInterlaced: isInterlaced(picture),
          },
          this.clip.width,
          this.clip.height,
        ),
      );
    }
    return this.#chain.apply(picture);
  }

  [Symbol.dispose](): void {
    this.#chain?.[Symbol.dispose]();
  }
}
