import {
  AV_BUFFERSRC_FLAG_KEEP_REF,
  AV_FRAME_FLAG_INTERLACED,
  type AVBufferSrcFlag,
} from "node-av/constants";
import { check } from "./check.ts";
import { type FilterContext, FilterGraph, Frame } from "./library.ts";

/**
 * A line of FFmpeg filters that turns pictures of one kind into pictures of
 * another: `crop=272:272:184:0,scale=64:64,format=rgb24`.
 *
 * Time does not pass in it: one picture in, one picture out.
 *
 * @example
 * ```ts
 * import { FilterChain, Frame } from "lib/dataset/ffmpeg/mod.ts";
 * import { AV_PIX_FMT_RGB24 } from "node-av/constants";
 * import assert from "node:assert/strict";
 * import { Buffer } from "node:buffer";
 *
 * using frame = Frame.fromVideoBuffer(Buffer.alloc(4 * 4 * 3, 200), {
 *   width: 4,
 *   height: 4,
 *   format: AV_PIX_FMT_RGB24,
 * });
 * using chain = new FilterChain(frame, "scale=2:2:flags=area,format=rgb24");
 * using small = chain.apply(frame);
 * assert.deepEqual([...small.toBuffer()], Array(12).fill(200));
 * ```
 */
export class FilterChain implements Disposable {
  readonly #graph = new FilterGraph();
  readonly #source: FilterContext;
  readonly #sink: FilterContext;
  readonly #kind: string;

  /**
   * @param like A picture of the kind that will come in.
   * @param filters FFmpeg's filter language, without source and sink.
   */
  constructor(like: Frame, filters: string) {
    this.#kind = kindOf(like);
    try {
      this.#graph.alloc();
      check(
        this.#graph.parse2(
          `buffer@in=time_base=1/1:pixel_aspect=1/1:${
            formatOf(like)
          },${filters},buffersink@out`,
        ),
        `build the filters "${filters}"`,
      );
      check(this.#graph.configSync(), `connect the filters "${filters}"`);
      this.#source = this.#graph.getFilter("buffer@in")!;
      this.#sink = this.#graph.getFilter("buffersink@out")!;
    } catch (error) {
      this.#graph.free();
      throw error;
    }
  }

  /** Whether a picture is of the kind that this chain was built for. */
  accepts(frame: Frame): boolean {
    return kindOf(frame) === this.#kind;
  }

  /**
   * Filters one picture, which stays as it is. The caller disposes of the result.
   *
   * Synchronous on purpose: on another thread the filters were seen to read
   * what the garbage collector was just taking away, once in 200 videos.
   */
  apply(frame: Frame): Frame {
    check(
      this.#source.buffersrcAddFrameSync(
        frame,
        AV_BUFFERSRC_FLAG_KEEP_REF as AVBufferSrcFlag,
      ),
      "filter a picture",
    );
    const result = new Frame();
    try {
      result.alloc();
      check(
        this.#sink.buffersinkGetFrameSync(result),
        "take a filtered picture",
      );
      return result;
    } catch (error) {
      result.free();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#graph.free();
  }
}

/** Whether a picture holds two moments, one in each other row. */
export function isInterlaced(frame: Frame): boolean {
  return (frame.flags & AV_FRAME_FLAG_INTERLACED) !== 0;
}

function kindOf(frame: Frame): string {
  return `${formatOf(frame)}:${frame.colorTrc}:${isInterlaced(frame)}`;
}

function formatOf(frame: Frame): string {
  return `video_size=${frame.width}x${frame.height}:pix_fmt=${frame.format}:` +
    `colorspace=${frame.colorSpace}:range=${frame.colorRange}`;
}
