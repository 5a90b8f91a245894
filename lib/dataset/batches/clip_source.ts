import type { Clip, Rng } from "../../core/mod.ts";

/** What a batch asks of each of its clips. */
export interface ClipShape {
  /** Frames, T. */
  readonly frames: number;
  /** Pixels, H. */
  readonly height: number;
  /** Pixels, W. */
  readonly width: number;
  /** Frames per second. */
  readonly fps: number;
}

/** A clip and a sentence that says what it shows. */
export interface CaptionedClip {
  /** Names the clip within its source: the same name, the same clip. */
  readonly id: string;
  readonly clip: Clip;
  readonly caption: string;
  /** BCP 47 tag of the caption's language; `und` where it is not known. */
  readonly language: string;
  /** Labels of real clips by their columns, where there are some: `{ place: "carpet" }`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Number in the source, where it is another than the one asked for. */
  readonly index?: number;
}

/**
 * Where clips come from: the synthetic world or a manifest of real video. The
 * loader and the trainer know this interface alone, so both kinds mix freely.
 */
export interface ClipSource {
  /** In metrics and messages: `synthetic phase 1`. */
  readonly name: string;
  /** Clips in one epoch, 1 or more. */
  readonly length: number;
  /**
   * One clip, in exactly the shape that was asked for.
   *
   * @param index From 0 up to {@link length}, not included.
   * @param rng Chooses which part of a longer video is taken and in which
   *   language it is described; the same generator, the same result.
   * @throws {InputError} naming the file, if it can no longer be read
   */
  clipAt(index: number, shape: ClipShape, rng: Rng): Promise<CaptionedClip>;
  /**
   * The description alone, for clips whose pictures are at hand already: what
   * {@link clipAt} would give with the same generator. Left out where it costs
   * as much as the clip.
   */
  captionAt?(
    index: number,
    rng: Rng,
  ): Promise<Pick<CaptionedClip, "caption" | "language" | "labels">>;
}
